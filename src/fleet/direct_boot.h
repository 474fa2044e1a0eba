// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "fleet/context.h"
#include "kernel/record.h"
#include "nix/bootspec.h"

namespace kdevops::fleet {

/// What an imageless node boots: a closure of Nix's and a kernel from elsewhere.
struct DirectBoot {
  nix::Bootspec closure;
  kernel::Record kernel;

  /// The directory the guest sees as /nix/store.
  std::string store() const { return closure.toplevel.substr(0, closure.toplevel.rfind('/')); }
};

/// Reads nixos/generated/<system>/result and the record of the node's kernel. Throws Error naming
/// what was not built yet and the command that builds it.
DirectBoot load_direct_boot(const Context& context, const plan::Node& node);

/// All that a running guest would have to be restarted for when it changes: paths, release, and the
/// kernel image's size and time of change.
std::string fingerprint(const DirectBoot& boot);

/// Throws Error (host_not_ready) listing what the kernel was built without and `node` needs.
void check_kernel(const Context& context, const plan::Node& node, const DirectBoot& boot);

}  // namespace kdevops::fleet
