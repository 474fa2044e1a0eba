// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/reboot.h"

#include <fmt/format.h>

#include "fleet/readiness.h"
#include "fleet/up.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

std::string running_release(const Context& context, const std::string& address) {
  support::Command command;
  command.argv = ssh_command(context.plan, address);
  command.argv.insert(command.argv.end(), {"uname", "-r"});
  command.timeout = std::chrono::seconds(context.plan.deadlines.ssh);
  auto release = context.processes.check(command, context.stop).out;
  while (!release.empty() && release.back() == '\n') release.pop_back();
  return release;
}

std::map<std::string, std::string> kernels(const Context& context) {
  std::map<std::string, std::string> kernels;
  for (const auto& domain : context.hypervisor.domains()) {
    if (domain.owner) kernels[domain.name] = domain.owner->kernel;
  }
  return kernels;
}

}  // namespace

std::vector<NodeReboot> reboot(const Context& context, const std::vector<std::string>& names) {
  for (const auto* node : select(context.plan, names)) {
    if (!node->kernel.empty()) continue;
    throw Error(ExitCode::failed, "it boots the kernel that is in its image", node->name,
                "`make bringup` builds the image with the kernel .config asks for and gives the node a "
                "new root disk. Other kernels without another image: CONFIG_NIXOS_BACKEND_IMAGELESS.");
  }
  auto before = kernels(context);
  const auto nodes = up(context, names, Restart::always);
  auto made = kernels(context);
  std::vector<NodeReboot> reboots;
  for (const auto& node : nodes) {
    const auto release = running_release(context, node.address);
    if (release != made[node.name]) {
      throw Error(ExitCode::failed, fmt::format("it runs kernel {}, and was given {}", release, made[node.name]),
                  node.name, "Is another kernel recorded than the one that was installed? Run `make linux`.");
    }
    reboots.push_back({node.name, before[node.name], release});
  }
  return reboots;
}

}  // namespace kdevops::fleet
