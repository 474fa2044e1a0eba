// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace kdevops::support {

/// What became of the attempt to run a virtual processor.
struct KvmProbe {
  bool works = false;
  std::string reason;  ///< why not, for a message: "/dev/kvm: Permission denied", ...
};

/// Runs a vCPU of this host's KVM in a child process: 16 million turns of a loop in 64-bit mode with
/// paging on, then a write to a port. Capabilities are not enough: there are hosts whose /dev/kvm
/// creates everything and then interprets an unmodified guest, a thousand times slower than a
/// processor and with half of the instructions missing. A working KVM needs 30 ms for all of it;
/// the child is killed at the deadline.
/// To be called before there are other threads.
KvmProbe probe_kvm(std::chrono::milliseconds deadline = std::chrono::milliseconds(2000));

}  // namespace kdevops::support
