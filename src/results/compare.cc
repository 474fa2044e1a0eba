// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::results {

namespace {

/// All runs of one node pair, oldest first.
struct Pair {
  std::vector<const Node*> baseline, dev;
};
using Key = std::pair<std::string, std::string>;  ///< suite, pair
using Pairs = std::map<Key, Pair>;

/// Runs of one side that measured the same thing as the last one.
void keep_comparable(std::vector<const Node*>& nodes, const char* side,
                     std::vector<std::string>& notes) {
  if (nodes.empty()) return;
  const Node& last = *nodes.back();
  const auto removed = std::erase_if(nodes, [&](const Node* node) {
    return node->kernel != last.kernel || node->settings != last.settings;
  });
  if (removed > 0) {
    notes.push_back(fmt::format("{} ({}): {} earlier run{} left out: another kernel or other settings",
                                last.pair(), side, removed, removed == 1 ? "" : "s"));
  }
}

void note_differences(const Node& baseline, const Node& dev, std::vector<std::string>& notes) {
  const auto note = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a != b) {
      notes.push_back(fmt::format("{}: {} {} -> {}", baseline.pair(), what, a.empty() ? "?" : a,
                                  b.empty() ? "?" : b));
    }
  };
  note("kernel", baseline.kernel, dev.kernel);
  std::set<std::string> keys;
  for (const auto& [key, value] : baseline.settings) keys.insert(key);
  for (const auto& [key, value] : dev.settings) keys.insert(key);
  const auto value = [](const Node& node, const std::string& key) {
    const auto it = node.settings.find(key);
    return it == node.settings.end() ? std::string() : it->second;
  };
  for (const auto& key : keys) note(key, value(baseline, key), value(dev, key));
}

/// Tests of one node by name; a node has thousands.
using Index = std::map<std::string, const Test*>;

Index index_of(const Node* node) {
  Index index;
  if (node == nullptr) return index;
  for (const auto& test : node->tests) index.emplace(test.name, &test);
  return index;
}

const Test* find_test(const Index& index, const std::string& name) {
  const auto it = index.find(name);
  return it == index.end() ? nullptr : it->second;
}

/// The passed results of one test, oldest first: only they have numbers worth comparing.
std::vector<const Test*> passed(const std::vector<Index>& nodes, const std::string& name) {
  std::vector<const Test*> tests;
  for (const auto& node : nodes) {
    const Test* test = find_test(node, name);
    if (test != nullptr && test->verdict == Verdict::passed) tests.push_back(test);
  }
  return tests;
}

std::vector<double> run_medians(const std::vector<const Test*>& tests, const std::string& metric) {
  std::vector<double> values;
  for (const Test* test : tests) {
    if (const Metric* m = test->metric(metric)) values.push_back(median(m->samples));
  }
  return values;
}

Finding judge(const Difference& d, Better better, double threshold) {
  if (better == Better::neither) return Finding::not_judged;
  if (!d.enough) return Finding::too_few;
  const bool small = d.baseline_median != 0 && std::abs(d.change) < threshold;
  if (!d.larger_than_noise || small) return Finding::same;
  const bool grew = d.dev_median > d.baseline_median;
  return grew == (better == Better::higher) ? Finding::better : Finding::worse;
}

void compare_metrics(const Key& key, const std::string& name, const std::vector<Index>& baseline,
                     const std::vector<Index>& dev, double threshold, Comparison& out) {
  const auto before = passed(baseline, name), after = passed(dev, name);
  if (before.empty() || after.empty()) return;
  const bool several = std::min(before.size(), after.size()) >= fewest_runs;
  const auto basis = [](const Metric& a, const Metric& b) {
    const bool series = a.interval > 0 || b.interval > 0;
    return series || std::min(a.samples.size(), b.samples.size()) < fewest_runs ? Basis::one_run : Basis::repetitions;
  };
  for (const Metric& metric : before.back()->metrics) {
    const Metric* other = after.back()->metric(metric.name);
    if (other == nullptr) continue;
    MetricRow row{key.first, key.second, name, metric.name, {}, Finding::not_judged};
    row.difference = several ? compare(Basis::runs, run_medians(before, metric.name),
                                       run_medians(after, metric.name))
                             : compare(basis(metric, *other), metric.samples, other->samples);
    row.finding = judge(row.difference, metric.better, threshold);
    out.metrics.push_back(std::move(row));
  }
}

bool is_crash(Verdict verdict) { return verdict == Verdict::crashed || verdict == Verdict::hung; }

/// `before`, `after`: nullptr when the node is not there; then every test of the other side has no
/// result here. A node that is there, and complete, was not asked for a test it does not have.
TestRow compare_verdicts(const Key& key, const std::string& name, const Node* before, const Index& tests_before,
                         const Node* after, const Index& tests_after) {
  TestRow row;
  row.suite = key.first;
  row.pair = key.second;
  row.test = name;
  const auto take = [&](const Node* node, const Index& index, Verdict& verdict, std::string& reason, bool& there) {
    if (const Test* test = find_test(index, name)) {
      verdict = test->verdict;
      reason = test->reason;
      return;
    }
    reason = "no result";
    there = node == nullptr || !node->problems.empty();
  };
  take(before, tests_before, row.baseline, row.baseline_reason, row.on_baseline);
  take(after, tests_after, row.dev, row.dev_reason, row.on_dev);
  if (row.only_one()) return row;
  const bool was_bad = is_bad(row.baseline), is_now_bad = is_bad(row.dev);
  if (is_now_bad && (!was_bad || (is_crash(row.dev) && !is_crash(row.baseline)))) row.finding = Finding::worse;
  else if (was_bad && (!is_now_bad || (is_crash(row.baseline) && !is_crash(row.dev)))) row.finding = Finding::better;
  return row;
}

int rank(Finding finding) {
  switch (finding) {
    case Finding::worse: return 0;
    case Finding::better: return 1;
    case Finding::same: return 2;
    case Finding::too_few: return 3;
    case Finding::not_judged: return 4;
  }
  return 5;
}

Comparison compare_pairs(Pairs pairs, double threshold, Comparison out) {
  for (auto& [key, pair] : pairs) {
    keep_comparable(pair.baseline, out.baseline_label.c_str(), out.notes);
    keep_comparable(pair.dev, out.dev_label.c_str(), out.notes);
    const Node* before = pair.baseline.empty() ? nullptr : pair.baseline.back();
    const Node* after = pair.dev.empty() ? nullptr : pair.dev.back();
    if (before != nullptr && after != nullptr) note_differences(*before, *after, out.notes);
    std::vector<Index> baseline, dev;
    for (const Node* node : pair.baseline) baseline.push_back(index_of(node));
    for (const Node* node : pair.dev) dev.push_back(index_of(node));
    const Index none;
    const Index& tests_before = baseline.empty() ? none : baseline.back();
    const Index& tests_after = dev.empty() ? none : dev.back();
    // In the order of the suite, what only dev has behind it.
    std::set<std::string> seen;
    for (const Node* node : {before, after}) {
      if (node == nullptr) continue;
      for (const auto& problem : node->problems) out.problems.push_back(node->name + ": " + problem);
      for (const auto& test : node->tests) {
        if (!seen.insert(test.name).second) continue;
        out.tests.push_back(compare_verdicts(key, test.name, before, tests_before, after, tests_after));
        compare_metrics(key, test.name, baseline, dev, threshold, out);
      }
    }
  }
  std::stable_sort(out.tests.begin(), out.tests.end(), [](const TestRow& a, const TestRow& b) {
    return std::tuple(rank(a.finding), a.both_passed()) < std::tuple(rank(b.finding), b.both_passed());
  });
  std::stable_sort(out.metrics.begin(), out.metrics.end(), [](const MetricRow& a, const MetricRow& b) {
    return rank(a.finding) < rank(b.finding);
  });
  return out;
}

std::string label_of(const std::vector<Run>& runs) {
  return runs.size() == 1 ? runs.front().id
                          : fmt::format("{} .. {}", runs.front().id, runs.back().id);
}

}  // namespace

bool TestRow::both_passed() const {
  return on_baseline && on_dev && baseline == Verdict::passed && dev == Verdict::passed;
}

bool Comparison::regressed() const {
  const auto worse = [](const auto& row) { return row.finding == Finding::worse; };
  return std::any_of(tests.begin(), tests.end(), worse) ||
         std::any_of(metrics.begin(), metrics.end(), worse);
}

bool Comparison::failed() const {
  return std::any_of(tests.begin(), tests.end(), [](const TestRow& row) {
    return (row.on_baseline && is_bad(row.baseline)) || (row.on_dev && is_bad(row.dev));
  });
}

bool Comparison::crashed() const {
  return std::any_of(tests.begin(), tests.end(), [](const TestRow& row) {
    return row.on_dev && is_crash(row.dev) && !(row.on_baseline && is_crash(row.baseline));
  });
}

bool Comparison::inconclusive() const {
  return !problems.empty() ||
         std::none_of(tests.begin(), tests.end(), [](const TestRow& row) { return row.both_passed(); });
}

Comparison compare_sides(const std::vector<Run>& runs, double threshold) {
  Pairs pairs;
  bool any_dev = false;
  for (const auto& run : runs) {
    for (const auto& node : run.nodes) {
      any_dev |= node.dev;
      auto& pair = pairs[{node.suite, node.pair()}];
      (node.dev ? pair.dev : pair.baseline).push_back(&node);
    }
  }
  if (!any_dev) {
    throw support::Error(support::ExitCode::usage, "no dev node to compare with", label_of(runs),
                         "Set CONFIG_KDEVOPS_BASELINE_AND_DEV=y for A/B nodes, or name two "
                         "directories: nixos-results compare BEFORE AFTER");
  }
  return compare_pairs(std::move(pairs), threshold,
                       {"baseline against dev, run " + label_of(runs), "baseline", "dev", {}, {}, {}, {}});
}

Comparison compare_runs(const std::vector<Run>& before, const std::vector<Run>& after,
                        double threshold) {
  Pairs pairs;
  const bool one_each = before.size() == 1 && after.size() == 1 &&
                        before[0].nodes.size() == 1 && after[0].nodes.size() == 1;
  for (const auto& run : before) {
    for (const auto& node : run.nodes) pairs[{node.suite, node.name}].baseline.push_back(&node);
  }
  for (const auto& run : after) {
    for (const auto& node : run.nodes) {
      const auto& name = one_each ? before[0].nodes[0].name : node.name;
      pairs[{node.suite, name}].dev.push_back(&node);
    }
  }
  const bool common = std::any_of(pairs.begin(), pairs.end(), [](const auto& entry) {
    return !entry.second.baseline.empty() && !entry.second.dev.empty();
  });
  if (!common) {
    throw support::Error(support::ExitCode::usage, "no node is in both", label_of(before) + ", " + label_of(after),
                         "Name two runs of the same fleet, or the directories of two nodes.");
  }
  return compare_pairs(std::move(pairs), threshold,
                       {"run " + label_of(before) + " against " + label_of(after), "before", "after",
                        {}, {}, {}, {}});
}

}  // namespace kdevops::results
