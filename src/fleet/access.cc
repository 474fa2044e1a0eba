// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/access.h"

#include <unistd.h>

#include <fmt/format.h>

#include "fleet/addresses.h"
#include "fleet/console_log.h"
#include "support/error.h"
#include "support/terminal.h"

namespace kdevops::fleet {

using support::Error;
using support::ExitCode;

hypervisor::Domain need_ours(const Context& context, const plan::Node& node) {
  const auto domain = context.hypervisor.domain(node.name);
  if (!domain) {
    throw Error(ExitCode::failed, "it does not exist", node.name,
                "`make bringup`, or `nixos-vm up`, makes it.");
  }
  if (!ours(context.plan, *domain)) {
    throw Error(ExitCode::failed, "the domain of this name was made by " + whose(*domain), node.name);
  }
  return *domain;
}

std::string address_of(const Context& context, const plan::Node& node) {
  const auto addresses = reserved_addresses(context);
  const auto found = addresses.find(node.name);
  if (found == addresses.end()) {
    throw Error(ExitCode::failed, "it has no address yet", node.name,
                "`make bringup`, or `nixos-vm up`, gives it one.");
  }
  return found->second;
}

void console(const Context& context, const plan::Node& node) {
  const auto domain = need_ours(context, node);
  if (support::is_terminal(STDIN_FILENO) && support::is_terminal(STDOUT_FILENO)) {
    if (domain.state == hypervisor::State::off) {
      throw Error(ExitCode::failed, "it is off", node.name, "`nixos-vm start` turns it on.");
    }
    context.hypervisor.console(node.name, context.stop);
    return;
  }
  const auto text = console_text(context, node.directory);
  if (text.empty()) {
    throw Error(ExitCode::failed, "there is no console log that this user may read",
                node.directory + "/console.log");
  }
  fmt::print("{}", text);
}

void ssh(const Context& context, const plan::Node& node, const std::vector<std::string>& command) {
  need_ours(context, node);
  const auto config = support::expand_home(context.plan.ssh.fleet_config);
  if (!context.files.exists(config)) {
    throw Error(ExitCode::failed, "the fleet's ssh configuration does not exist", config,
                "`make bringup`, or `nixos-vm up`, writes it.");
  }
  std::vector<std::string> argv{"ssh", "-F", config, node.name};
  if (!command.empty()) argv.push_back("--");
  argv.insert(argv.end(), command.begin(), command.end());
  support::replace_process(argv);
}

}  // namespace kdevops::fleet
