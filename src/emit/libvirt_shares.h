// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include <pugixml.hpp>

#include "plan/plan.h"

namespace kdevops::emit {

/// Mount tags of what an imageless guest boots from; the library's imageless backend mounts them.
inline constexpr const char* kStoreTag = "store";
inline constexpr const char* kModulesTag = "modules";

/// Adds the directories of the host that `node` sees: those an imageless guest boots from, with
/// /nix/store and <destdir>/lib/modules until nixos-vm knows better, and the shares of its system.
/// virtiofs also needs memory that its daemon can map.
void add_shares(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node);

/// The <filesystem> with this mount tag; null when there is none.
pugi::xml_node find_share(pugi::xml_node domain, const std::string& tag);

}  // namespace kdevops::emit
