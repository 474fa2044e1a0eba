// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "nix/nix_cli.h"
#include "plan/plan.h"

namespace kdevops::nix {

/// What <nixpkgs> means for a plan without flakes (CONFIG_NIXOS_USE_FLAKES=n): a path, or a URL that
/// `-I nixpkgs=` takes. Throws Error (configuration) for a flake reference that has no such form.
std::string nixpkgs_search_path(const plan::Nix& nix);

/// Store path of one output of a system, built by nix-build from <system>/packages.nix.
std::string build_flakeless(const plan::Plan& plan, const plan::System& system, const std::string& output,
                            NixCli& nix);

}  // namespace kdevops::nix
