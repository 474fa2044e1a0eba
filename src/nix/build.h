// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nix/bootspec.h"
#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::nix {

struct Built {
  std::string out;                ///< store path of the image's derivation, or of the toplevel
  std::string image;              ///< <out>/nixos.qcow2; empty for a system without a disk
  std::optional<Bootspec> boot;   ///< of a system without a disk
  std::string directory;          ///< the configuration it was built from
  bool fresh = false;             ///< true when this call had to ask Nix
};

/// Builds what bring-up needs of every system, the images with one `nix build`, and roots each result
/// at nixos/generated/<system>/result. Machines that exist already are left to their deployment. Does
/// not start Nix at all while no input changed since the last build and its results are still in the
/// store.
std::map<std::string, Built> build_systems(const plan::Plan& plan, support::Files& files,
                                           support::Processes& processes);

struct Output {
  std::string out;    ///< store path
  std::string link;   ///< nixos/generated/<system>/result-<output>: keeps it from garbage collection
};

/// Builds packages.<platform>.<output> of each named system (all of them when none is named).
std::map<std::string, Output> build_output(const plan::Plan& plan, const std::string& output,
                                           const std::vector<std::string>& systems, support::Files& files,
                                           support::Processes& processes);

/// Only the lock files, the library's entry always anew.
void lock_systems(const plan::Plan& plan, support::Files& files, support::Processes& processes);

/// Throws Error when `library` holds no flake.
void check_library(const std::string& library, const support::Files& files);

}  // namespace kdevops::nix
