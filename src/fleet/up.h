// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// What `up` did with a node.
struct NodeUp {
  std::string name, address;
  /// created | changed | started | restarted (it had crashed, or was to be) | unchanged
  std::string action;
};

/// Whether nodes that run as planned are restarted, too.
enum class Restart { when_changed, always };

/// Makes the named nodes (all, when none is named) run as the plan says and waits until each is
/// ready. A node that runs with an unchanged intent is left alone; one that is off is started; a
/// changed one is shut down, redefined and started, with a new root disk when its base image
/// changed. What is needed and not there (an image, a closure, a kernel, a program of the host) is
/// said before anything is started. Nodes come up in parallel, as many at once as host memory and processors allow.
/// Refuses, before it changes anything, when a domain or reservation of a node's name is not ours.
/// When nodes fail, the others still come up; then the first failure is thrown, the others reported.
std::vector<NodeUp> up(const Context& context, const std::vector<std::string>& names,
                       Restart restart = Restart::when_changed);

/// How many nodes may boot at once.
std::size_t boot_width(const plan::Plan& plan, const hypervisor::Host& host, bool kvm);

}  // namespace kdevops::fleet
