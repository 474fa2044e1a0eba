// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kconfig/config.h"
#include "plan/plan.h"
#include "plan/registry.h"

namespace kdevops::plan {

/// What is not in .config: where the sources and the tree are.
struct Site {
  std::string topdir;  ///< absolute
  std::string tree;    ///< absolute
};

/// The whole plan. A pure function of its arguments. Throws Error (configuration) with file, line
/// and symbol for everything that .config cannot mean.
Plan make_plan(const kconfig::Config& config, const std::vector<Workflow>& workflows,
               const Site& site);

}  // namespace kdevops::plan
