// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "fleet/context.h"

namespace kdevops::fleet {

/// What an imageless node boots: a closure of Nix's and a kernel from elsewhere. All paths absolute.
struct DirectBoot {
  std::string toplevel;   ///< the closure, links resolved
  std::string init;       ///< first program of the closure
  std::string initrd;
  std::string store;      ///< the directory the guest sees as /nix/store
  std::string release;    ///< of the kernel, as uname -r tells it
  std::string image;      ///< of the kernel
  std::string config;     ///< the .config it was built with
  std::string modules;    ///< the directory the guest sees as /lib/modules
};

/// Reads nixos/generated/<system>/result and the record of the node's kernel. Throws Error (failed)
/// naming what was not built yet and the command that builds it.
DirectBoot load_direct_boot(const Context& context, const plan::Node& node);

/// All that a running guest would have to be restarted for when it changes: paths, release, and the
/// kernel image's size and time of change.
std::string fingerprint(const DirectBoot& boot);

}  // namespace kdevops::fleet
