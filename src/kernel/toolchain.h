// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/process.h"

namespace kdevops::kernel {

/// Who compiles.
struct Toolchain {
  std::vector<std::string> prefix;  ///< goes before make: nix develop ... --command; empty: the host's
  std::string description;          ///< one line for the user
};

/// The library's build shell where a Nix of 2.18 or newer can make it, the host's programs otherwise.
/// Asking may fetch the shell, which takes a while the first time.
Toolchain find_toolchain(const plan::Nix& nix, support::Processes& processes);

}  // namespace kdevops::kernel
