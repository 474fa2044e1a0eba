// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/context.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "fleet/host.h"
#include "fleet/readiness.h"
#include "ssh/fleet_config.h"
#include "support/error.h"
#include "support/loopback.h"

namespace kdevops::fleet {

using support::Error;
using support::ExitCode;

Context real_context(const plan::Plan& plan, hypervisor::Hypervisor& hypervisor,
                     support::Files& files, support::Processes& processes, Progress& progress,
                     std::stop_token stop) {
  return {plan,
          hypervisor,
          files,
          processes,
          progress,
          std::move(stop),
          read_banner,
          [&plan, &hypervisor](const auto& warn) { return ask_host(plan, hypervisor, warn); },
          [&plan](const Addresses& addresses) {
            if (addresses.empty()) {
              ssh::remove_fleet_config(plan);
            } else {
              ssh::write_fleet_config(plan, addresses);
            }
          },
          [local = hypervisor.local()](int port) { return !local || support::loopback_port_free(port); },
          Milliseconds(250)};
}

std::vector<const plan::Node*> select(const plan::Plan& plan, const std::vector<std::string>& names) {
  for (const auto& name : names) plan.node(name);
  std::vector<const plan::Node*> nodes;
  for (const auto& node : plan.nodes) {
    if (names.empty() || std::find(names.begin(), names.end(), node.name) != names.end()) {
      nodes.push_back(&node);
    }
  }
  return nodes;
}

bool ours(const plan::Plan& plan, const hypervisor::Domain& domain) {
  return domain.owner && domain.owner->tree == plan.instance.tree;
}

std::string whose(const hypervisor::Domain& domain) {
  return domain.owner ? "tree " + domain.owner->tree : "something else than this program";
}

void check_stop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ExitCode::interrupted, "interrupted");
}

void pause(const std::stop_token& stop, Milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  check_stop(stop);
}

}  // namespace kdevops::fleet
