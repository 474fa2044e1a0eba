// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/plan.h"

namespace kdevops::emit {

/// One `Host` stanza of ssh_config(5): "Host <aliases>" and its options, four blanks indented,
/// every line ended by "\n". Values are written as given: pass them through the functions below.
struct SshStanza {
  std::vector<std::string> aliases;
  std::vector<std::pair<std::string, std::string>> options;
};
std::string to_text(const SshStanza& stanza);

/// `value` as one ssh_config argument that reaches ssh unchanged: quoted only when it must be,
/// "%" doubled for ssh's own expansion (a leading "~/" stays one). Throws Error (configuration)
/// starting with `what` for what no quoting can carry: control characters and "${".
std::string ssh_path(std::string_view value, std::string_view what);
/// `value` as the pattern of an Include line: ssh_path's rules, and glob characters escaped.
std::string ssh_include(std::string_view value, std::string_view what);
/// `value` as a Host alias: letters, digits and "._-", not starting with "-". Throws like ssh_path.
std::string ssh_alias(std::string_view value, std::string_view what);
/// `value` as a HostName: an alias, or an address with ":" and a "%zone". Throws like ssh_path.
std::string ssh_host_name(std::string_view value, std::string_view what);
/// `value` as a login name. Throws like ssh_path.
std::string ssh_user(std::string_view value, std::string_view what);

/// The ssh_config of a fleet: one stanza per node in the plan's order. HostName is the node's
/// address, or its name when `address_by_node` has none (yet).
std::string fleet_config_text(const plan::Plan& plan,
                              const std::map<std::string, std::string>& address_by_node);

}  // namespace kdevops::emit
