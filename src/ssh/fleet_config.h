// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

#include "plan/plan.h"

namespace kdevops::ssh {

/// Writes plan.ssh.fleet_config (0600; text: emit::fleet_config_text) and, with
/// plan.ssh.update_config, one Include line for it at the top of plan.ssh.config, every other byte
/// of which stays. Doing it again with the same addresses writes nothing.
void write_fleet_config(const plan::Plan& plan,
                        const std::map<std::string, std::string>& address_by_node);

/// Takes both back. plan.ssh.config itself goes only when write_fleet_config made it and nothing
/// else is in it. Nothing there: does nothing.
void remove_fleet_config(const plan::Plan& plan);

}  // namespace kdevops::ssh
