// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::emit {

/// Python of a system's NixOS test, in the order it runs: path below <system>/tests/ -> text. The
/// fleet's own script, workflows/<suite>/smoke.py of its suites, then tests/nixos/*.py of the user's.
std::vector<std::pair<std::string, std::string>> test_scripts(const plan::System& system,
                                                              const support::Files& files,
                                                              const std::string& topdir);

/// fleet.nix: what outputs.nix has to know of the plan.
std::string fleet_nix(const plan::Plan& plan, const plan::System& system,
                      const std::vector<std::pair<std::string, std::string>>& scripts);

/// Every file that the further outputs of a system need, path below <system>/ -> text.
std::map<std::string, std::string> output_files(const plan::Plan& plan, const plan::System& system,
                                                const support::Files& files, const std::string& topdir);

}  // namespace kdevops::emit
