// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace kdevops::ssh {

/// The name of the SSH key of a tree, the same bytes that kdevops makes for this path:
/// kdevops-nixos-<last two parts of the path, joined by "-">-<first 8 hex of sha256(path)>.
/// `tree` is absolute and normal (support::absolute_path); it is taken as it is.
std::string key_name(std::string_view tree);

}  // namespace kdevops::ssh
