// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "results/model.h"
#include "results/statistics.h"

namespace kdevops::results {

/// One metric of one test on both sides.
struct MetricRow {
  std::string suite, pair, test;  ///< pair: the node's name without -dev
  std::string metric;
  Difference difference;
  Finding finding = Finding::not_judged;
};

/// One test on both sides. A side whose node has no results is truncated, "no result".
struct TestRow {
  std::string suite, pair, test;
  Verdict baseline = Verdict::truncated, dev = Verdict::truncated;
  std::string baseline_reason, dev_reason;
  bool on_baseline = true, on_dev = true;  ///< not asked for on a side that has other tests
  /// worse: bad on dev and not on baseline, or a crash in place of a failure. A test of one side
  /// only is never worse or better.
  Finding finding = Finding::same;

  bool both_passed() const;
  bool only_one() const { return on_baseline != on_dev; }
};

/// Worst first in both lists.
struct Comparison {
  std::string title;                      ///< what is compared
  std::string baseline_label, dev_label;  ///< the sides in a word each
  std::vector<TestRow> tests;
  std::vector<MetricRow> metrics;
  std::vector<std::string> problems;  ///< what is wrong with results of a side (Node::problems)
  std::vector<std::string> notes;  ///< what differs in the settings, what was left out, and why

  /// Something became worse.
  bool regressed() const;
  /// A test did not pass on one of the sides (skipped is no failure).
  bool failed() const;
  /// A regression ends with a guest that crashed or hung.
  bool crashed() const;
  /// Nothing can be concluded: results are broken, or no test passed on both sides.
  bool inconclusive() const;
};

/// Differences below it are no finding even when they are larger than the noise. sysbench's latency
/// classes are 1.9 % wide: less than 2 % can be one class.
inline constexpr double default_threshold = 0.02;

/// Baseline nodes against dev nodes. With more than one run, runs whose kernel or settings are not
/// those of the last run are left out, and noted.
/// Throws Error (usage) when no node has a dev side.
Comparison compare_sides(const std::vector<Run>& runs, double threshold);

/// The same nodes before and after, or one node against one other.
/// Throws Error (usage) when no node is on both sides.
Comparison compare_runs(const std::vector<Run>& before, const std::vector<Run>& after,
                        double threshold);

}  // namespace kdevops::results
