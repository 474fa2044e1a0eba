// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/nodes.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

#include <fmt/format.h>

#include "plan/variables.h"
#include "support/error.h"

namespace kdevops::plan {

using kconfig::Config;
using support::Error;
using support::ExitCode;

namespace {

/// Groups by name in first-use order; the declared ones come first, so that empty ones stand too.
class Groups {
 public:
  explicit Groups(const std::vector<std::string>& declared) {
    for (const auto& name : declared) at(name);
  }
  Group& at(const std::string& name) {
    const auto [it, fresh] = index_.emplace(name, groups_.size());
    if (fresh) groups_.push_back({name, {}, {}});
    return groups_[it->second];
  }
  void add(const std::string& group, const std::string& host) { at(group).hosts.push_back(host); }
  std::vector<Group> take() { return std::move(groups_); }

 private:
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> index_;
};

std::vector<std::string> declared_groups(const Workflow* workflow) {
  if (workflow == nullptr) return {"baseline", "dev", "service"};
  return workflow->groups;
}

/// RFC 1123 label, as NixOS's networking.hostName and `hostname -s` take it.
bool is_host_label(std::string_view name) {
  const auto letter = [](unsigned char c) { return std::isalnum(c) != 0 && c < 0x80; };
  return !name.empty() && name.size() <= 63 && letter(name.front()) && letter(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || c == '-'; });
}

void check_prefix(const Config& config, const std::string& prefix) {
  // Guest-side scripts take the host name apart at '-' and drop the first field; a name of digits is
  // an address to ssh and to everything that asks inet_aton().
  if (!is_host_label(prefix) || prefix.find('-') != std::string::npos ||
      (prefix.front() >= '0' && prefix.front() <= '9')) {
    throw config.error("KDEVOPS_HOSTS_PREFIX",
                       fmt::format("\"{}\" cannot start a host name", prefix.substr(0, 80)),
                       "a letter, then letters and digits, at most 63: set it in menuconfig under Nodes and inventory");
  }
}

/// The rules that hold: the workflow's; without one a host called like the prefix, and each service that
/// enabled workflows ask for, once.
std::vector<NodeRule> node_rules(const Config& config, const Workflow* workflow,
                                 const std::vector<Workflow>& workflows) {
  std::vector<NodeRule> rules;
  const auto take = [&](const NodeRule& rule) {
    if (rule.when.empty() || config.enabled(rule.when)) rules.push_back(rule);
  };
  if (workflow != nullptr) {
    std::for_each(workflow->nodes.begin(), workflow->nodes.end(), take);
    return rules;
  }
  take(NodeRule{});
  for (const auto& each : workflows) {
    if (!config.enabled(each.enable)) continue;
    for (const auto& rule : each.nodes) {
      const auto same = [&](const NodeRule& other) { return other.test == rule.test; };
      if (rule.service && std::none_of(rules.begin(), rules.end(), same)) take(rule);
    }
  }
  return rules;
}

}  // namespace

Inventory plan_inventory(const Config& config, const Workflow* workflow,
                         const std::vector<Workflow>& workflows, const std::string& prefix, bool baseline_and_dev) {
  check_prefix(config, prefix);
  Inventory inventory;
  Groups groups(declared_groups(workflow));
  const std::string own_group = workflow == nullptr ? "" : workflow->node_group_prefix;

  const auto add = [&](const std::string& test, const NodeRule& rule) {
    const std::string stem = test.empty() ? prefix : prefix + "-" + test;
    for (const bool dev : {false, true}) {
      if (dev && (!baseline_and_dev || rule.service)) continue;
      const std::string name = dev ? stem + "-dev" : stem;
      if (!is_host_label(name)) {
        throw Error(ExitCode::configuration, fmt::format("\"{}\" is no valid host name", name),
                    rule.place, "host names have at most 63 letters, digits and '-'");
      }
      const Role role = rule.service ? Role::service : dev ? Role::dev : Role::baseline;
      inventory.hosts.push_back({name, test, role});
      groups.add(to_string(role), name);
      if (!own_group.empty() && !rule.service) {
        std::string test_group = own_group + "_" + test;
        std::replace(test_group.begin(), test_group.end(), '-', '_');
        if (workflow != nullptr && own_group != to_string(role)) groups.add(own_group, name);
        groups.add(test_group, name);
      }
      for (const auto& group : rule.groups) groups.add(group, name);
    }
  };

  for (const auto& rule : node_rules(config, workflow, workflows)) {
    if (rule.each.empty()) {
      add(rule.test, rule);
      continue;
    }
    for (const auto& capture : enabled_captures(config, rule.each, rule.except)) {
      auto test = rule.test;
      add(test.replace(test.find('*'), 1, capture), rule);
    }
  }

  std::unordered_map<std::string, int> count;
  bool tests = false;
  for (const auto& host : inventory.hosts) {
    tests = tests || host.role != Role::service;
    if (++count[host.name] > 1) {
      throw Error(ExitCode::configuration, fmt::format("two nodes would be named {}", host.name),
                  workflow == nullptr ? "" : workflow->nodes.front().place);
    }
  }
  if (!tests) {
    throw config.error("KDEVOPS_WORKFLOW_NAME",
                       fmt::format("{} has no node to run on: no section of it is enabled",
                                   config.string("KDEVOPS_WORKFLOW_NAME")),
                       "enable at least one section in menuconfig under Workflows");
  }
  inventory.groups = groups.take();
  return inventory;
}

Inventory declared_inventory(const Config& config, const Workflow* workflow, bool baseline_and_dev) {
  const auto text = config.string("KDEVOPS_DECLARED_HOSTS");
  Inventory inventory;
  Groups groups(declared_groups(workflow));
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(", \t", at);
    if (begin == std::string::npos) break;
    const auto end = std::min(text.find_first_of(", \t", begin), text.size());
    const auto name = text.substr(begin, end - begin);
    at = end;
    // A declared host is any name that ssh can reach: an address or a dotted name is fine.
    if (name.front() == '-' || name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                      "0123456789.-_") != std::string::npos) {
      throw config.error("KDEVOPS_DECLARED_HOSTS", fmt::format("\"{}\" is no host name", name.substr(0, 80)),
                         "list names or addresses, separated by blanks or commas");
    }
    for (const auto& host : inventory.hosts) {
      if (host.name == name) {
        throw config.error("KDEVOPS_DECLARED_HOSTS", fmt::format("{} is listed twice", name));
      }
    }
    const bool dev = baseline_and_dev && inventory.hosts.size() % 2 == 1;
    const Role role = dev ? Role::dev : Role::baseline;
    inventory.hosts.push_back({name, "", role});
    groups.add(to_string(role), name);
    if (workflow != nullptr) groups.add(workflow->name, name);
  }
  if (inventory.hosts.empty()) {
    throw config.error("KDEVOPS_DECLARED_HOSTS", "no host is declared",
                       "give the machines that exist, e.g. make olddefconfig DECLARED_HOSTS=\"a b\"");
  }
  inventory.groups = groups.take();
  return inventory;
}

}  // namespace kdevops::plan
