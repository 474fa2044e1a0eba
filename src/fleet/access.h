// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// The domain of `node`. Throws Error (failed) when there is none, or it is not of this tree.
hypervisor::Domain need_ours(const Context& context, const plan::Node& node);

/// The address of `node`. Throws Error (failed) when it has none yet.
std::string address_of(const Context& context, const plan::Node& node);

/// On a terminal: the node's serial console, until ^]. Elsewhere: its console log on stdout.
void console(const Context& context, const plan::Node& node);

/// Replaces this process by ssh to `node`, running `command` or a login shell.
[[noreturn]] void ssh(const Context& context, const plan::Node& node,
                      const std::vector<std::string>& command);

}  // namespace kdevops::fleet
