// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// Removes what this tree made for the named nodes: domain, saved state, disks, directory, DHCP
/// reservation, ssh entry; each step whether or not the others find something, so it works from any
/// partial state. Without names: all nodes of the plan, and those this tree made earlier that the
/// plan has no more. What is not ours stays, with a note. `keep_disks` (down) leaves the disks.
void destroy(const Context& context, const std::vector<std::string>& names, bool keep_disks);

}  // namespace kdevops::fleet
