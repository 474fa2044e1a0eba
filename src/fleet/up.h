// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// What `up` did with a node.
struct NodeUp {
  std::string name, address;
  std::string action;      ///< created | changed | started | restarted (it had crashed) | unchanged
};

/// Makes the named nodes (all, when none is named) run as the plan says and waits until each is
/// ready. A node that runs with an unchanged intent is left alone; one that is off is started; a
/// changed one is shut down, redefined and started, with a new root disk when its base image
/// changed. Nodes come up in parallel, as many at once as host memory and processors allow.
/// Refuses, before it changes anything, when a domain or reservation of a node's name is not ours.
/// When nodes fail, the others still come up; then the first failure is thrown, the others reported.
std::vector<NodeUp> up(const Context& context, const std::vector<std::string>& names);

/// How many nodes may boot at once.
std::size_t boot_width(const plan::Plan& plan, const hypervisor::Host& host, bool kvm);

}  // namespace kdevops::fleet
