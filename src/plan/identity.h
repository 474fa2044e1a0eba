// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace kdevops::plan {

/// First 8 hex digits of sha256(tree): what tells this tree's objects from another's.
std::string instance_id(std::string_view tree);

/// "kdevops-nixos-<last two path components joined by '-'>-<instance_id>", byte-compatible with
/// kdevops's nixosfl_ssh_key_name.py. `tree` is absolute; symlinks are not resolved.
std::string key_name(std::string_view tree);

/// `prefix` + sha256(tree + "\n") in 64 hex digits, as kdevops names ~/.ssh/config_kdevops_*.
std::string fleet_config_path(std::string_view prefix, std::string_view tree);

/// 52:54:00 (QEMU's prefix) and 24 bits of sha256(tree, node, attempt).
std::string mac_address(std::string_view tree, std::string_view node, int attempt);

}  // namespace kdevops::plan
