// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::deploy {

/// argv of a `nix repl` that has config, options and pkgs of a system; its first one when `system` is
/// empty. Writes its lock file first.
std::vector<std::string> repl(const plan::Plan& plan, const std::string& system, support::Files& files,
                              support::Processes& processes);

/// argv of the interactive driver of a system's NixOS test, built for this.
std::vector<std::string> test_driver(const plan::Plan& plan, const std::string& system, support::Files& files,
                                     support::Processes& processes);

}  // namespace kdevops::deploy
