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

/// MACs differ within a plan even when 24 bits of hash collide, and do not depend on the order.
void assign_macs(std::vector<Node>& nodes, const std::string& tree);

/// Ports of the gdb stubs, counted up from CONFIG_LIBVIRT_GDB_BASEPORT; 0: from a number of the tree's.
void assign_gdb_ports(std::vector<Node>& nodes, const std::string& tree, const kconfig::Config& config);

}  // namespace kdevops::plan
