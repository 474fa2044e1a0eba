// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace kdevops::hypervisor {

/// What became of the attempt to run a virtual processor.
struct KvmProbe {
  bool works = false;
  std::string reason;  ///< why not, for a message: "/dev/kvm: Permission denied", ...
};

/// Runs a vCPU of this host's KVM in a child process: a few instructions in 64-bit mode with paging
/// on, as every guest kernel uses, that end by writing to a port. Capabilities are not enough: there
/// are hosts whose /dev/kvm creates everything, runs real mode, and never comes back from 64-bit
/// mode of an unmodified guest. The child is killed at the deadline; a working KVM needs 30 ms.
/// To be called before there are other threads.
KvmProbe probe_kvm(std::chrono::milliseconds deadline = std::chrono::milliseconds(2000));

}  // namespace kdevops::hypervisor
