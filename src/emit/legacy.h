// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::emit {

/// A source as Nix fetches it without flakes, from a flake reference: path:/..., git+..., github:,
/// gitlab:, sourcehut: or the URL of an archive. Throws Error (configuration) for any other.
std::string fetch_expression(const std::string& reference);

/// What a system needs to be built by nix-build (CONFIG_NIXOS_USE_FLAKES=n), path below <system>/ ->
/// text: configuration.nix for <nixpkgs/nixos>, packages.nix with the attributes that flake.nix has as
/// packages, and what both stand on.
std::map<std::string, std::string> legacy_files(const plan::Plan& plan, const plan::System& system,
                                                const support::Files& files, const std::string& topdir);

}  // namespace kdevops::emit
