// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/status.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fleet/addresses.h"
#include "fleet/intent.h"
#include "support/error.h"
#include "support/parallel.h"

namespace kdevops::fleet {

namespace {

constexpr auto kAnswerWithin = Milliseconds(3000);
constexpr std::size_t kAtOnce = 32;

std::string freshness(const Context& context, const plan::Node& node, const std::string& intent) {
  try {
    return load_intent(context, node).hash == intent ? "fresh" : "stale";
  } catch (const support::Error&) {
    return "stale";  // nothing generated or built: `up` would have to make it first
  }
}

}  // namespace

std::vector<NodeStatus> status(const Context& context, const std::vector<std::string>& names) {
  std::map<std::string, hypervisor::Domain> domains;
  for (auto& domain : context.hypervisor.domains()) domains.emplace(domain.name, domain);
  const auto addresses = reserved_addresses(context);
  const auto nodes = select(context.plan, names);
  std::vector<NodeStatus> all(nodes.size());
  support::in_parallel(nodes.size(), kAtOnce, [&](std::size_t i) {
    const auto& node = *nodes[i];
    auto& entry = all[i];
    entry = {node.name, "absent", "", "", ""};
    if (const auto found = addresses.find(node.name); found != addresses.end()) entry.address = found->second;
    const auto found = domains.find(node.name);
    if (found == domains.end()) return;
    const auto& domain = found->second;
    if (!ours(context.plan, domain)) {
      entry.state = "foreign";
      return;
    }
    entry.state = hypervisor::to_string(domain.state);
    entry.intent = freshness(context, node, domain.owner->intent);
    if (domain.state != hypervisor::State::running) return;
    const auto banner = context.banner(entry.address, context.plan.ssh.port, kAnswerWithin);
    entry.stage = banner.starts_with("SSH-") ? "ssh" : "booting";
  });
  return all;
}

std::string to_table(const std::vector<NodeStatus>& nodes) {
  std::size_t width = 4;
  for (const auto& node : nodes) width = std::max(width, node.name.size());
  const auto line = [&](const NodeStatus& n) {
    const auto dash = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
    return fmt::format("{:<{}}  {:<13}  {:<7}  {:<15}  {}\n", n.name, width, n.state, dash(n.stage),
                       dash(n.address), dash(n.intent));
  };
  auto table = line({"NODE", "STATE", "ADDRESS", "STAGE", "INTENT"});
  for (const auto& node : nodes) table += line(node);
  return table;
}

std::string to_json(const std::vector<NodeStatus>& nodes) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& node : nodes) {
    list.push_back({{"name", node.name},
                    {"state", node.state},
                    {"stage", node.stage},
                    {"address", node.address},
                    {"intent", node.intent}});
  }
  return nlohmann::ordered_json{{"nodes", list}}.dump(2) + "\n";
}

}  // namespace kdevops::fleet
