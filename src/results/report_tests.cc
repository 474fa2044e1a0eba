// SPDX-License-Identifier: GPL-2.0-or-later
// All tests: what did not pass first, the rest folded by group, so that a browser lays out only what
// somebody opens.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_plot.h"
#include "results/report_sections.h"
#include "results/words.h"

namespace kdevops::results {

namespace {

using Tests = std::vector<const Test*>;

void add_row(Element body, const Test& test) {
  auto row = add(body, "tr", to_string(test.verdict));
  auto name = add_text(row, "td", shorten(test.name, name_length));
  if (!test.reason.empty()) add_text(name, "small", shorten(test.reason, reason_length));
  add_text(row, "td", fmt::format("{} {}", glyph(test.verdict), spoken(test.verdict)));
  add_text(row, "td", test.seconds ? duration_text(*test.seconds) : "", "number");
}

void add_tests(Element parent, const Tests& tests) {
  auto body = add_table(parent, {"test", "verdict", ">time"}, "tests");
  for (const Test* test : tests) add_row(body, *test);
}

/// Classes that tell the filter which verdicts are inside.
std::string holds(const Tests& tests) {
  std::string css;
  for (const Verdict verdict : verdict_order) {
    const bool any = std::any_of(tests.begin(), tests.end(), [&](const Test* t) { return t->verdict == verdict; });
    if (any) css += fmt::format(" has-{}", to_string(verdict));
  }
  return css;
}

void add_group(Element parent, const std::string& name, const Tests& tests, bool open) {
  auto group = add(parent, "details", "group" + holds(tests));
  if (open) set(group, "open", "open");
  auto summary = add(group, "summary");
  add_text(summary, "b", shorten(name, name_length));
  append(summary, " ");
  add_text(summary, "span", counted(tests.size(), "test", "tests"), "quiet");
  add_tests(group, tests);
}

void add_node(Element slot, const Node& node, bool alone) {
  Tests all, bad;
  std::vector<std::pair<std::string, Tests>> groups;  ///< in the order of the run
  std::map<std::string, std::size_t> places;
  for (const auto& test : node.tests) {
    all.push_back(&test);
    if (is_bad(test.verdict)) {
      bad.push_back(&test);
      continue;
    }
    const auto [place, fresh] = places.try_emplace(group_of(test.name), groups.size());
    if (fresh) groups.push_back({place->first, {}});
    groups[place->second].second.push_back(&test);
  }
  std::stable_sort(bad.begin(), bad.end(),
                   [](const Test* a, const Test* b) { return severity(a->verdict) > severity(b->verdict); });
  auto details = add(slot, "details", "node" + holds(all));
  if (alone || !bad.empty()) set(details, "open", "open");
  auto summary = add(details, "summary");
  add_text(summary, "b", shorten(node.name, name_length));
  for (const Verdict verdict : verdict_order) {
    if (const std::size_t n = node.count(verdict); n > 0) {
      append(summary, " ");
      add_text(summary, "span", fmt::format("{} {}", n, spoken(verdict)), to_string(verdict));
    }
  }
  if (!bad.empty()) add_tests(add(details, "div", "group" + holds(bad)), bad);
  // Few enough to be read at once.
  const bool few = all.size() <= 30;
  for (const auto& [name, tests] : groups) {
    add_group(details, name.empty() ? "passed and skipped" : name, tests, few);
  }
}

}  // namespace

void filter_section(Element slot, const Report& report) {
  std::size_t all = 0;
  for (const auto& shown : report.nodes) all += shown.node->tests.size();
  const auto choice = [&](const std::string& value, const std::string& words, bool checked) {
    auto label = add(slot, "label");
    auto input = add(label, "input");
    set(input, "type", "radio");
    set(input, "name", "verdict");
    set(input, "value", value);
    set(input, "id", "only-" + value);
    if (checked) set(input, "checked", "checked");
    add_text(label, "span", words);
  };
  choice("all", fmt::format("all {}", all), true);
  for (const Verdict verdict : verdict_order) {
    std::size_t n = 0;
    for (const auto& shown : report.nodes) n += shown.node->count(verdict);
    if (n > 0) choice(to_string(verdict), fmt::format("{} {}", n, spoken(verdict)), false);
  }
}

void tests_section(Element slot, const Report& report) {
  for (const auto& shown : report.nodes) add_node(slot, *shown.node, report.nodes.size() == 1);
}

void slowest_section(Element slot, const Report& report) {
  struct Entry {
    const Node* node;
    const Test* test;
  };
  std::vector<Entry> entries;
  for (const auto& shown : report.nodes) {
    for (const auto& test : shown.node->tests) {
      if (test.seconds && *test.seconds >= 0.1) entries.push_back({shown.node, &test});
    }
  }
  if (entries.size() < 2) return;
  constexpr std::size_t most = 20;
  const std::size_t n = std::min(entries.size(), most);
  std::partial_sort(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(n), entries.end(),
                    [](const Entry& a, const Entry& b) {
                      return std::tuple(-*a.test->seconds, a.test->name, a.node->name) <
                             std::tuple(-*b.test->seconds, b.test->name, b.node->name);
                    });
  auto body = add_table(slot, {"test", "", ">time"}, "slowest");
  for (std::size_t i = 0; i < n; ++i) {
    const auto& [node, test] = entries[i];
    auto row = add(body, "tr", to_string(test->verdict));
    auto name = add_text(row, "td", shorten(test->name, name_length));
    if (report.nodes.size() > 1) add_text(name, "small", shorten(node->name, name_length));
    draw_share(add(row, "td", "wide"), *test->seconds / *entries.front().test->seconds);
    add_text(row, "td", duration_text(*test->seconds), "number");
  }
}

}  // namespace kdevops::results
