// SPDX-License-Identifier: GPL-2.0-or-later
// The top of the page: what happened, in how many words as it takes and no more.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_plot.h"
#include "results/report_sections.h"
#include "results/words.h"
#include "support/cli.h"

namespace kdevops::results {

namespace {

std::size_t count(const Report& report, Verdict verdict) {
  std::size_t sum = 0;
  for (const auto& shown : report.nodes) sum += shown.node->count(verdict);
  return sum;
}

std::size_t regressions(const Report& report) {
  std::size_t sum = 0;
  const auto worse = [](const auto& row) { return row.finding == Finding::worse; };
  for (const auto& c : report.comparisons) {
    sum += static_cast<std::size_t>(std::count_if(c.tests.begin(), c.tests.end(), worse) +
                                    std::count_if(c.metrics.begin(), c.metrics.end(), worse));
  }
  return sum;
}

std::string suites_of(const Report& report) {
  std::set<std::string> names;
  for (const auto& shown : report.nodes) names.insert(shown.node->suite);
  std::string text;
  for (const auto& name : names) text += fmt::format("{}{}", text.empty() ? "" : ", ", shorten(name, 60));
  return shorten(text, name_length);
}

/// "2 failed, 1 crashed, 3 regressions"; without any of it "all 12 tests passed".
std::string verdict_text(const Report& report) {
  std::string text;
  const auto say = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
  std::size_t all = 0, problems = 0;
  for (const auto& shown : report.nodes) {
    all += shown.node->tests.size();
    problems += shown.node->problems.size();
  }
  for (const Verdict verdict : verdict_order) {
    const std::size_t n = count(report, verdict);
    if (n == 0 || !is_bad(verdict)) continue;
    say(verdict == Verdict::truncated ? fmt::format("{} without result", n) : fmt::format("{} {}", n, to_string(verdict)));
  }
  if (const std::size_t n = regressions(report); n > 0) say(counted(n, "regression", "regressions"));
  if (problems > 0) say(counted(problems, "problem", "problems"));
  if (!text.empty()) return text;
  const std::size_t skipped = count(report, Verdict::skipped);
  if (all == 0) return "no test was run";
  if (skipped == all) return counted(all, "test", "tests") + ", all skipped";
  if (all == 1) return "passed";
  return skipped == 0 ? fmt::format("all {} tests passed", all)
                      : fmt::format("{} passed, {} skipped", all - skipped, skipped);
}

/// One failure: the same test with the same words on all the nodes that show it.
struct Failure {
  const Test* test;
  std::vector<const Node*> nodes;
  std::vector<const Test*> tests;  ///< one for each node
};

std::vector<Failure> failures_of(const Report& report) {
  std::vector<Failure> failures;
  std::map<std::tuple<Verdict, std::string, std::string>, std::size_t> places;
  for (const auto& shown : report.nodes) {
    for (const auto& test : shown.node->tests) {
      if (!is_bad(test.verdict)) continue;
      const auto [place, fresh] = places.try_emplace({test.verdict, test.name, test.reason}, failures.size());
      if (fresh) failures.push_back({&test, {}, {}});
      failures[place->second].nodes.push_back(shown.node);
      failures[place->second].tests.push_back(&test);
    }
  }
  std::stable_sort(failures.begin(), failures.end(), [](const Failure& a, const Failure& b) {
    return severity(a.test->verdict) > severity(b.test->verdict);
  });
  return failures;
}

/// Where the failure is, and what to read there: a line for each node that kept something, one for
/// all the others.
void add_places(Element item, const Failure& failure) {
  constexpr std::size_t most = 12;
  const std::size_t shown = std::min(failure.nodes.size(), most);
  std::string others;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string name = shorten(failure.nodes[i]->name, name_length);
    const auto& evidence = failure.tests[i]->evidence;
    if (evidence.empty()) {
      others += fmt::format("{}{}", others.empty() ? "" : ", ", name);
      continue;
    }
    auto place = add(item, "p", "place");
    add_text(place, "b", name);
    append(place, " ");
    add_text(place, "code", shorten(fmt::format("{}/{}", failure.nodes[i]->directory, evidence), reason_length));
  }
  if (!others.empty()) add_text(add(item, "p", "place"), "b", others);
  if (failure.nodes.size() > shown) {
    add_text(item, "p", fmt::format("and {} more nodes", failure.nodes.size() - shown), "place");
  }
}

void add_failure(Element list, const Failure& failure) {
  const Test& test = *failure.test;
  auto item = add(list, "li", to_string(test.verdict));
  auto head = add(item, "p", "what");
  add_badge(head, test.verdict);
  append(head, " ");
  add_text(head, "b", shorten(test.name, name_length));
  // A node alone, with nothing to read there, stands beside the test.
  const bool brief = failure.nodes.size() == 1 && test.evidence.empty();
  if (brief || failure.nodes.size() > 1) {
    append(head, " ");
    add_text(head, "span",
             brief ? shorten(failure.nodes.front()->name, name_length) : fmt::format("on {} nodes", failure.nodes.size()),
             "quiet");
  }
  if (!test.reason.empty() && test.reason != test.name) add_text(item, "p", shorten(test.reason, reason_length), "reason");
  if (!brief) add_places(item, failure);
  if (test.excerpt.empty()) return;
  auto more = add(item, "details");
  add_text(more, "summary", failure.nodes.size() > 1 ? "Output of the first" : "Output");
  set(add_text(more, "pre", shorten(test.excerpt, excerpt_length)), "tabindex", "0");
}

}  // namespace

bool Report::good() const {
  return std::all_of(nodes.begin(), nodes.end(), [](const Shown& shown) { return shown.node->passed(); }) &&
         std::none_of(comparisons.begin(), comparisons.end(), [](const Comparison& c) { return c.regressed(); });
}

void title_section(Element slot, const Report& report) {
  append(slot, fmt::format("{}: {}", suites_of(report), verdict_text(report)));
}

void headline_section(Element slot, const Report& report) {
  set(slot, "class", report.good() ? "good" : "bad");
  add_text(slot, "span", suites_of(report), "suite");
  append(slot, " ");
  add_text(slot, "span", verdict_text(report), "verdict");
}

void about_section(Element slot, const Report& report) {
  std::vector<std::string> runs, kernels;
  std::size_t tests = 0;
  const auto note = [](std::vector<std::string>& list, const std::string& value) {
    if (!value.empty() && std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
  };
  for (const auto& [run, node] : report.nodes) {
    note(runs, run_date(run->id));
    note(kernels, node->kernel);
    tests += node->tests.size();
  }
  const auto some = [](const std::vector<std::string>& list, const char* many) {
    if (list.size() > 3) return fmt::format("{} {}", list.size(), many);
    std::string text;
    for (const auto& value : list) text += fmt::format("{}{}", text.empty() ? "" : ", ", shorten(value, 60));
    return text;
  };
  append(slot, fmt::format("{} on {}", counted(tests, "test", "tests"), counted(report.nodes.size(), "node", "nodes")));
  if (!kernels.empty()) append(slot, fmt::format(" · {}", some(kernels, "kernels")));
  append(slot, fmt::format(" · {}", some(runs, "runs")));
}

void counts_section(Element slot, const Report& report) {
  for (const Verdict verdict : verdict_order) {
    const std::size_t n = count(report, verdict);
    if (n == 0 && verdict != Verdict::failed && verdict != Verdict::passed) continue;
    auto tile = add(slot, "li", fmt::format("{}{}", to_string(verdict), n == 0 ? " none" : ""));
    add_text(tile, "b", std::to_string(n));
    append(tile, " ");
    add_badge(tile, verdict);
  }
}

void attention_section(Element slot, const Report& report) {
  constexpr std::size_t most = 50;
  auto list = add(slot, "ul", "attention");
  for (const auto& shown : report.nodes) {
    for (const auto& problem : shown.node->problems) {
      auto item = add(list, "li", "truncated");
      auto head = add(item, "p", "what");
      add_text(head, "b", shorten(shown.node->name, name_length));
      add_text(item, "p", shorten(problem, reason_length), "reason");
    }
  }
  const auto failures = failures_of(report);
  for (std::size_t i = 0; i < std::min(failures.size(), most); ++i) add_failure(list, failures[i]);
  if (!list.first_child()) {
    slot.remove_child(list);
    return;
  }
  if (failures.size() > most) {
    add_text(slot, "p", fmt::format("{} more are in the list of all tests.", failures.size() - most), "quiet");
  }
}

void nodes_section(Element slot, const Report& report) {
  const bool several_runs = std::any_of(report.nodes.begin(), report.nodes.end(), [&](const Shown& shown) {
    return shown.run->id != report.nodes.front().run->id;
  });
  auto body = add_table(slot, {"node", "tests", "", ">time"}, "nodes");
  for (const auto& shown : report.nodes) {
    const Node& node = *shown.node;
    auto row = add(body, "tr");
    auto name = add_text(row, "th", shorten(node.name, name_length));
    set(name, "scope", "row");
    if (!node.kernel.empty()) add_text(name, "small", shorten(node.kernel, name_length));
    if (several_runs) add_text(name, "small", shorten(run_date(shown.run->id), name_length));
    std::vector<std::pair<Verdict, std::size_t>> counts;
    auto words = add(row, "td", "counts");
    double seconds = 0;
    for (const Verdict verdict : verdict_order) {
      counts.emplace_back(verdict, node.count(verdict));
      if (counts.back().second == 0) continue;
      if (words.first_child()) append(words, " ");
      add_text(words, "span", fmt::format("{} {}", counts.back().second, spoken(verdict)), to_string(verdict));
    }
    if (node.tests.empty()) append(words, "none");
    for (const auto& test : node.tests) seconds += test.seconds.value_or(0);
    draw_verdicts(add(row, "td", "wide"), counts);
    add_text(row, "td", seconds > 0 ? duration_text(seconds) : "", "number");
  }
}

void version_section(Element slot, const Report&) { append(slot, fmt::format("nixos-results {}", support::version())); }

}  // namespace kdevops::results
