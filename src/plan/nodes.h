// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kconfig/config.h"
#include "plan/registry.h"

namespace kdevops::plan {

/// The inventory of a plan before systems and disks: names, roles, groups.
struct Inventory {
  struct Host {
    std::string name, test;
    Role role = Role::baseline;
  };
  std::vector<Host> hosts;
  std::vector<Group> groups;  ///< without [all]; interpreters not yet set
};

/// Nodes of the dedicated workflow, or of "mix" and "linux" when `workflow` is null: one host named
/// like the prefix, and the service nodes of the enabled ones of `workflows`, which those share, too.
/// Adds -dev twins when A/B is on. Names are checked: unique, valid host names.
Inventory plan_inventory(const kconfig::Config& config, const Workflow* workflow,
                         const std::vector<Workflow>& workflows, const std::string& prefix, bool baseline_and_dev);

/// CONFIG_KDEVOPS_DECLARED_HOSTS (blanks or commas): in A/B mode odd entries are baseline, even dev.
Inventory declared_inventory(const kconfig::Config& config, const Workflow* workflow,
                             bool baseline_and_dev);

}  // namespace kdevops::plan
