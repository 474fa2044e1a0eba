// SPDX-License-Identifier: GPL-2.0-or-later
// What the run was: workflow, run id, kernels, settings.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "results/report_sections.h"

namespace kdevops::results {

namespace {

/// Values in the order of appearance, each with the nodes that have it.
using Values = std::vector<std::pair<std::string, std::vector<std::string>>>;

void note(Values& values, const std::string& value, const std::string& node) {
  const auto it = std::find_if(values.begin(), values.end(), [&](const auto& entry) { return entry.first == value; });
  if (it == values.end()) values.push_back({value, {node}});
  else it->second.push_back(node);
}

/// One value for all nodes, or each with its nodes.
void add_fact(Element body, const std::string& name, const Values& values) {
  auto row = add(body, "tr", values.size() > 1 ? "differs" : "");
  set(add_text(row, "th", shorten(name, name_length)), "scope", "row");
  auto cell = add(row, "td");
  for (const auto& [value, nodes] : values) {
    auto entry = add(cell, "div");
    add_text(entry, "code", value.empty() ? "–" : shorten(value, reason_length));
    if (values.size() == 1) continue;
    append(entry, " ");
    constexpr std::size_t most = 4;
    std::string names;
    for (std::size_t i = 0; i < std::min(nodes.size(), most); ++i) names += fmt::format("{}{}", i > 0 ? ", " : "", nodes[i]);
    if (nodes.size() > most) names += fmt::format(" and {} more", nodes.size() - most);
    add_text(entry, "small", shorten(names, reason_length), "quiet");
  }
}

}  // namespace

void facts_section(Element slot, const Report& report) {
  std::vector<std::string> suites;
  for (const auto& shown : report.nodes) {
    if (std::find(suites.begin(), suites.end(), shown.node->suite) == suites.end()) suites.push_back(shown.node->suite);
  }
  for (const auto& suite : suites) {
    Values runs, kernels, directories;
    std::set<std::string> keys;
    for (const auto& [run, node] : report.nodes) {
      if (node->suite != suite) continue;
      const std::string date = run_date(run->id);
      note(runs, date == run->id ? run->id : fmt::format("{} ({})", run->id, date), node->name);
      note(kernels, node->kernel, node->name);
      note(directories, node->directory, node->name);
      for (const auto& [key, value] : node->settings) keys.insert(key);
    }
    add_text(slot, "h3", shorten(suite, name_length));
    auto body = add_table(slot, {"fact", "value"}, "facts");
    add_fact(body, "run", runs);
    add_fact(body, "kernel", kernels);
    for (const auto& key : keys) {
      Values values;
      for (const auto& [run, node] : report.nodes) {
        if (node->suite != suite) continue;
        const auto it = node->settings.find(key);
        note(values, it == node->settings.end() ? "" : it->second, node->name);
      }
      add_fact(body, key, values);
    }
    auto details = add(slot, "details");
    add_text(details, "summary", "Where the results are");
    auto list = add(details, "ul");
    for (const auto& [directory, nodes] : directories) {
      add_text(add(list, "li"), "code", shorten(directory, reason_length));
    }
  }
}

}  // namespace kdevops::results
