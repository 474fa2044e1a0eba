// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

struct NodeStatus {
  std::string name;
  std::string state;    ///< absent | foreign | off | running | paused | suspended |
                        ///< shutting down | crashed
  std::string address;  ///< reserved for it, or ""
  std::string stage;    ///< of a running node: booting, or ssh when its SSH server answers; else ""
  std::string intent;   ///< fresh, or stale when `up` would change it; "" when absent or foreign
};

/// One entry per selected node, in the plan's order. Changes nothing.
std::vector<NodeStatus> status(const Context& context, const std::vector<std::string>& names);

/// A table with a line of column names.
std::string to_table(const std::vector<NodeStatus>& nodes);
/// {"nodes": [{"name", "state", "stage", "address", "intent"}]}
std::string to_json(const std::vector<NodeStatus>& nodes);

}  // namespace kdevops::fleet
