// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// Gives out loopback ports for gdb stubs. `domains` is what the hypervisor has: a port in one's
/// metadata is kept for it, also while it is off.
class GdbPorts {
 public:
  GdbPorts(const Context& context, const std::vector<hypervisor::Domain>& domains);

  /// A port for `node` that nobody listens on: the one it has, else the plan's, else the next free
  /// one; 0 when the plan gives it no stub. Throws Error (host_not_ready) when there is none.
  int choose(const plan::Node& node);

 private:
  const Context& context_;
  std::mutex mutex_;
  std::map<std::string, int> current_;   ///< domain -> port
  std::set<int> chosen_;
};

/// The port of the node's stub. Throws Error when the node does not exist or has none.
int gdb_port(const Context& context, const plan::Node& node);

/// gdb, attached to the node's kernel, with its symbols and the kernel's own scripts where they are
/// there; `more` goes behind. Warns when there are no symbols.
std::vector<std::string> gdb_command(const Context& context, const plan::Node& node,
                                     const std::vector<std::string>& more);

}  // namespace kdevops::fleet
