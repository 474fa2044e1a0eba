// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kconfig/config.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/registry.h"
#include "plan/variables.h"

namespace kdevops::plan {

// The parts of a plan that describe machines. All throw Error (configuration) with file, line and
// symbol.

Nix plan_nix(const kconfig::Config& config, const Site& site);

/// `variables` are what the Jinja in CONFIG_NIXOS_STORAGE_DIR may name.
Libvirt plan_libvirt(const kconfig::Config& config, const Variables& variables);

/// The extra drives of one node; every node has the same.
std::vector<Drive> plan_drives(const kconfig::Config& config);

/// The NixOS configuration that all nodes share; `machine` is the libvirt machine type.
System plan_system(const kconfig::Config& config, const std::vector<Workflow>& workflows,
                   const Site& site, const std::string& machine);

/// MACs differ within a plan even when 24 bits of hash collide, and do not depend on the order.
void assign_macs(std::vector<Node>& nodes, const std::string& tree);

}  // namespace kdevops::plan
