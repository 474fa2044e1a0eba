// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "kconfig/config.h"
#include "plan/plan.h"
#include "plan/variables.h"

namespace kdevops::plan {

/// ansible.cfg; groups and variables are left empty.
Ansible plan_ansible(const kconfig::Config& config);

/// NixOS's Python for every group of NixOS nodes, CONFIG_KDEVOPS_PYTHON_INTERPRETER otherwise; the
/// groups baseline, dev and service have symbols of their own.
void set_interpreters(std::vector<Group>& groups, const kconfig::Config& config, bool nixos);

/// Adds what kdevops's roles expect beside the plain symbols.
void add_common_variables(Variables& variables, const kconfig::Config& config, const Plan& plan);

}  // namespace kdevops::plan
