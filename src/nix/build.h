// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::nix {

struct Built {
  std::string out;      ///< store path of the image's derivation
  std::string image;    ///< <out>/nixos.qcow2
  bool fresh = false;   ///< true when this call had to build it
};

/// Puts beside the generated files what depends on the host: authorized_keys (the instance's public
/// key) and a copy of the user's own module as custom/. Throws Error naming what is missing.
void prepare_system(const plan::Plan& plan, const plan::System& system, support::Files& files);

/// Locks and builds the images of all systems with one `nix build`, and roots each at
/// nixos/generated/<system>/result. Does not start Nix at all while no input changed since the last
/// build and its results are still in the store.
std::map<std::string, Built> build_images(const plan::Plan& plan, support::Files& files,
                                          support::Processes& processes);

/// Only the lock files.
void lock_systems(const plan::Plan& plan, support::Files& files, support::Processes& processes);

}  // namespace kdevops::nix
