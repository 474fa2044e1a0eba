// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// Asks the guest to shut down and waits until it is off; after the plan's deadline the plug is
/// pulled, with a warning.
void shut_down(const Context& context, const std::string& name);

/// Shuts the named nodes down (all, when none is named). Those that are off or not defined are fine.
void stop(const Context& context, const std::vector<std::string>& names);

/// Starts the named nodes as they are defined, without waiting for them. One that is not defined is
/// an Error: `up` makes it.
void start(const Context& context, const std::vector<std::string>& names);

/// Shuts the named nodes down (all, when none is named), starts them as they are defined, and waits
/// until each is ready. One that crashed has its plug pulled at once; one that is off is started.
void restart(const Context& context, const std::vector<std::string>& names);

}  // namespace kdevops::fleet
