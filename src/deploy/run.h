// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::deploy {

struct RunOptions {
  std::string node;                 ///< of the plan; empty: its first
  std::string kernel;               ///< bzImage of a kernel built outside Nix; empty: the system's own
  bool emulate = false;             ///< no KVM, although the host may seem to have one
  bool graphic = false;             ///< a window instead of the terminal
  std::vector<std::string> arguments;  ///< further ones for QEMU
};

/// A machine of one's own, outside libvirt: what to execute, and with what environment.
struct Run {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string disk;                 ///< its state, <tree>/nixos/run/<node>.qcow2
  int ssh_port = 0;                 ///< on 127.0.0.1
};

/// Builds config.system.build.vm of the node's system. QEMU_OPTS, QEMU_NET_OPTS and
/// QEMU_KERNEL_PARAMS of the caller's environment keep their meaning.
Run prepare_run(const plan::Plan& plan, const RunOptions& options, support::Files& files,
                support::Processes& processes);

/// Removes the state of one node's machine, or of all when `node` is empty. Returns what went.
std::vector<std::string> clean_runs(const plan::Plan& plan, const std::string& node, support::Files& files);

/// The variable by which a run script takes another kernel: NIXPKGS_QEMU_KERNEL_<name>.
std::string kernel_variable(const std::string& system_name);

/// The first port from `first` on that nothing on 127.0.0.1 listens at.
int free_port(int first);

}  // namespace kdevops::deploy
