// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "fleet/context.h"

namespace kdevops::fleet {

/// Connects to address:port and returns the first line the server sends, without its end; "" when
/// there is none within `timeout`.
std::string read_banner(const std::string& address, int port, Milliseconds timeout);

/// Waits until the running `node` is ready: its SSH server said its banner at `address`, and
/// `/run/current-system/sw/bin/python3 -V` answered through it. The deadlines of the plan count
/// from now. A lease that expires at `old_lease` or before is one from before its start. The console is watched, so that a guest that crashed does not cost the whole wait.
/// Throws Error: deadline_passed or guest_crashed with a diagnosis (stage, domain state, the last
/// lines of the console, where the log is, what to try), or interrupted.
void wait_until_ready(const Context& context, const plan::Node& node, const std::string& address,
                      std::int64_t old_lease);

/// True when the console of a running node shows that it gave up, and its SSH server does not answer.
bool has_crashed(const Context& context, const plan::Node& node, const std::string& address);

/// When the lease of `node` expires, in seconds since the epoch; 0 when it has none.
std::int64_t lease_expiry(const Context& context, const plan::Node& node, const std::string& address);

/// ssh to a node without any configuration file, for our own use: the options, user@host last.
std::vector<std::string> ssh_command(const plan::Plan& plan, const std::string& address);

}  // namespace kdevops::fleet
