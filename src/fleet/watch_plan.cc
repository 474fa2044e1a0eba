// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/watch_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

const std::vector<std::string>& hosts_of(const plan::Plan& plan, const std::string& group) {
  static const std::vector<std::string> none;
  for (const auto& candidate : plan.ansible.groups) {
    if (candidate.name == group) return candidate.hosts;
  }
  return none;
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::vector<std::string> watched_nodes(const plan::Plan& plan, const std::string& limit,
                                       const std::vector<std::string>& names) {
  std::vector<std::string> nodes;
  for (std::size_t begin = 0; begin <= limit.size();) {
    const auto end = std::min(limit.find(':', begin), limit.size());
    const auto group = limit.substr(begin, end - begin);
    begin = end + 1;
    if (group != "baseline" && group != "dev") {
      throw Error(ExitCode::usage, fmt::format("\"{}\" is none of baseline, dev, baseline:dev", limit), "--limit");
    }
    for (const auto& host : hosts_of(plan, group)) {
      if (!contains(nodes, host)) nodes.push_back(host);
    }
  }
  for (const auto& name : names) {
    if (contains(nodes, name)) continue;
    throw Error(ExitCode::usage, fmt::format("there is no node \"{}\" in {}", name, limit), "",
                fmt::format("nodes: {}", fmt::join(nodes, " ")));
  }
  if (!names.empty()) std::erase_if(nodes, [&](const auto& node) { return !contains(names, node); });
  if (nodes.empty()) {
    throw Error(ExitCode::usage, fmt::format("the inventory has no node in {}", limit), "plan.json",
                "CONFIG_KDEVOPS_BASELINE_AND_DEV makes nodes of the group dev.");
  }
  return nodes;
}

Watchdog watchdog(const plan::Plan& plan, const std::string& workflow) {
  const auto number = [&](const char* name, std::int64_t fallback) {
    return std::max<std::int64_t>(variable(plan, workflow + name, fallback), 1);
  };
  Watchdog dog;
  const bool on = variable(plan, workflow + "_watchdog", true);
  dog.limits.check = std::chrono::seconds(number("_watchdog_check_time", 5));
  // A soaking test is meant to take that long.
  const std::chrono::seconds soak(variable<std::int64_t>(plan, workflow + "_soak_duration", 0));
  const auto test = std::chrono::minutes(number("_watchdog_max_new_test_time", 60)) + soak;
  // Without the watchdog a test may take as long as it likes.
  if (on) dog.limits.test = test;
  dog.restarts = on && variable(plan, workflow + "_watchdog_reset_hung_systems", true);
  return dog;
}

}  // namespace kdevops::fleet
