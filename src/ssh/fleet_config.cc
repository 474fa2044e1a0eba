// SPDX-License-Identifier: GPL-2.0-or-later
#include "ssh/fleet_config.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "emit/ssh_config.h"
#include "ssh/config_file.h"
#include "ssh/config_lines.h"

namespace kdevops::ssh {

namespace {

/// The first line of a config that was not there before us: how we know that we may remove it.
constexpr std::string_view kMadeByUs =
    "# Made by kdevops for its Include lines; removed with the last of them when nothing else is here.";

std::string include_line(const plan::Plan& plan) {
  return "Include " + emit::ssh_include(plan.ssh.fleet_config, "the path of the fleet's ssh config");
}

std::string with_include(const std::optional<std::string>& config, const std::string& include) {
  if (!config) return std::string(kMadeByUs) + "\n" + include + "\n";
  const auto lines = split_lines(*config);
  for (const auto line : lines) {
    // Below a Host or Match it would count for some hosts only.
    const auto word = keyword(line);
    if (word == "host" || word == "match") break;
    if (content(line) == include) return *config;
  }
  return include + line_end(*config) + *config;
}

std::optional<std::string> without_include(const std::optional<std::string>& config,
                                           const std::string& include) {
  if (!config) return std::nullopt;
  std::string kept;
  bool removed = false;
  const auto lines = split_lines(*config);
  for (const auto line : lines) {
    if (content(line) == include) removed = true;
    else kept += line;
  }
  if (!removed) return config;
  const auto left = split_lines(kept);
  if (std::any_of(left.begin(), left.end(), is_fleet_include)) return kept;
  const auto ours = std::find_if(left.begin(), left.end(),
                                 [](auto line) { return content(line) == kMadeByUs; });
  if (ours == left.end()) return kept;
  kept.erase(static_cast<std::size_t>(ours->data() - kept.data()), ours->size());
  if (kept.empty()) return std::nullopt;
  return kept;
}

}  // namespace

void write_fleet_config(const plan::Plan& plan,
                        const std::map<std::string, std::string>& address_by_node) {
  const auto text = emit::fleet_config_text(plan, address_by_node);
  edit_config(plan.ssh.fleet_config, [&](const auto&) { return text; });
  if (!plan.ssh.update_config) return;
  const auto include = include_line(plan);
  edit_config(plan.ssh.config, [&](const auto& config) { return with_include(config, include); });
}

void remove_fleet_config(const plan::Plan& plan) {
  const auto include = include_line(plan);
  edit_config(plan.ssh.config, [&](const auto& config) { return without_include(config, include); });
  edit_config(plan.ssh.fleet_config,
              [](const auto&) -> std::optional<std::string> { return std::nullopt; });
}

}  // namespace kdevops::ssh
