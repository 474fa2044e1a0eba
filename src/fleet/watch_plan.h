// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fleet/run_monitor.h"
#include "plan/plan.h"

namespace kdevops::fleet {

/// A variable of extra_vars.yaml, or `fallback` when it is absent or of another type.
template <class T>
T variable(const plan::Plan& plan, const std::string& name, T fallback) {
  for (const auto& [key, value] : plan.ansible.variables) {
    if (key != name) continue;
    const auto* found = std::get_if<T>(&value);
    return found == nullptr ? fallback : *found;
  }
  return fallback;
}

/// The hosts of the inventory groups of `limit` (baseline, dev or baseline:dev), in inventory order;
/// only `names` when there are some. A server beside the tests is in neither group. Throws Error (usage).
std::vector<std::string> watched_nodes(const plan::Plan& plan, const std::string& limit,
                                       const std::vector<std::string>& names);

/// <w>_watchdog and its siblings.
struct Watchdog {
  WatchLimits limits;
  bool restarts = true;     ///< a crashed or hung node is restarted
};
Watchdog watchdog(const plan::Plan& plan, const std::string& workflow);

}  // namespace kdevops::fleet
