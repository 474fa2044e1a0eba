// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::nix {

/// nixos/generated/<system> of the plan's tree.
std::string system_directory(const plan::Plan& plan, const plan::System& system);

/// Puts beside the generated files what a pure evaluation could not reach elsewhere: authorized_keys
/// (the instance's public key), the user's own module as custom/, the kernel's configuration fragments
/// as kernel/. Throws Error naming what is missing.
void prepare_system(const plan::Plan& plan, const plan::System& system, support::Files& files);

/// Inputs of the system's flake that change under it: sources of packages and of the kernel in
/// directories and repositories of this host.
std::vector<std::string> local_sources(const plan::System& system);

/// Every regular file below `root`, path, size and bytes, in sorted order: equal texts are equal
/// trees. The out-link `result` of `root` itself is left out.
std::string tree_text(const support::Files& files, const std::string& root);

}  // namespace kdevops::nix
