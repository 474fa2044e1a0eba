// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "plan/plan.h"

namespace kdevops::emit {

std::string hosts_ini(const plan::Plan& plan);            ///< hosts
std::string ansible_cfg(const plan::Plan& plan);          ///< ansible.cfg
std::string extra_vars_yaml(const plan::Plan& plan);      ///< extra_vars.yaml
std::string kdevops_nodes_yaml(const plan::Plan& plan);   ///< guestfs/kdevops_nodes.yaml

}  // namespace kdevops::emit
