// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kernel/config.h"
#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::kernel {

/// How a kernel is configured: a target of its own build to start from, and settings on top.
struct Recipe {
  std::string target;                ///< allnoconfig, defconfig, ...
  std::vector<std::string> files;    ///< the fragments' paths, in order
  Config settings;                   ///< of all fragments; later ones win
  Config required;                   ///< those to insist on: not the ones of a whole .config
  bool operator==(const Recipe&) const = default;
};

/// Resolves the words of BOOTLINUX_FRAGMENTS. One that ends in "config" and is no file is a target (only
/// the first may be); any other is <name>.config of `topdir`/kconfigs/kernel/, with <name>.<arch>.config
/// beside it when there is one for `arch` (x86_64, aarch64), or else a fragment of the tree's own.
/// Throws Error (configuration) that lists what there is.
Recipe make_recipe(const std::vector<std::string>& words, const std::string& topdir, const std::string& tree,
                   const std::string& arch, const support::Files& files);

/// As .config has it, one line each.
std::string to_text(const Config& config);

/// `config` with the lines of `settings` in the place of its own.
std::string merged(const std::string& config, const Config& settings);

}  // namespace kdevops::kernel
