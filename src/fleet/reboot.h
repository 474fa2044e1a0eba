// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

struct NodeReboot {
  std::string name;
  std::string before;   ///< release of the kernel it was made to boot last, or "" for a new node
  std::string after;    ///< what uname -r says now
};

/// Restarts the named imageless nodes (all, when none is named) on the kernel recorded and the
/// closure built last, and waits until each is ready. Nothing is built and no disk is touched.
/// Refuses nodes that boot from a disk, whose kernel is in their image, before anything happens;
/// throws Error (failed) when a node comes up with another kernel than the recorded one.
std::vector<NodeReboot> reboot(const Context& context, const std::vector<std::string>& names);

}  // namespace kdevops::fleet
