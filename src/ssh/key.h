// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "support/process.h"

namespace kdevops::ssh {

/// Absolute path of a tree's private key: ~/.ssh/<plan::key_name(tree)>, expanded. The public one has
/// ".pub" behind it.
std::string key_path(std::string_view tree);

/// Makes the pair `path`, `path`.pub when neither is there: ed25519, no passphrase, comment
/// kdevops@nixos, private half 0600; a missing directory is made 0700. Never overwrites, safe
/// against itself in other processes. Returns true when it made the pair, false when both halves
/// were there. One half alone is an Error (failed) that says which is missing and what to do.
bool create_key(const std::string& path, support::Processes& processes);

}  // namespace kdevops::ssh
