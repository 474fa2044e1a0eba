// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdevops::results {

/// How a test ended. `truncated`: it has no result, or one that stops before its end, so nothing is
/// known; never a pass. `crashed`, `hung`: the guest panicked or stood still while it ran.
enum class Verdict { passed, failed, skipped, truncated, crashed, hung };

const char* to_string(Verdict verdict);
/// Neither passed nor skipped.
bool is_bad(Verdict verdict);
/// Larger is worse: a test with several results ends with the worst of them.
int severity(Verdict verdict);

/// Which way a number gets better. `neither`: shown, never judged.
enum class Better { higher, lower, neither };

/// One quantity that a test measured.
struct Metric {
  std::string name;             ///< with its unit in words: "transactions per second"
  Better better = Better::neither;
  std::vector<double> samples;  ///< in the order of time; one when the suite reports one value
  /// Seconds between two samples of a time series; 0: the samples are repetitions, each for itself.
  double interval = 0;
};

/// One test of a suite on one node. A benchmark is one test with metrics; a functional suite is
/// many tests without.
struct Test {
  std::string name;    ///< as the suite calls it: "generic/085", "block/001", "oltp_read_write"
  Verdict verdict = Verdict::truncated;
  std::string reason;  ///< one line; empty when passed
  std::vector<Metric> metrics = {};
  std::optional<double> seconds = {};  ///< how long it took; empty when not recorded
  std::string evidence = {};  ///< the file to read next, relative to Node::directory
  std::string excerpt = {};   ///< a few lines that show the failure; any bytes

  const Metric* metric(const std::string& name) const;
};

/// What one run left behind on one node.
struct Node {
  std::string name;       ///< inventory name
  bool dev = false;       ///< the -dev side of an A/B pair
  std::string suite;      ///< "sysbench", "fstests", ...
  std::string kernel;     ///< uname -r; empty when not recorded
  std::string section;    ///< what of the suite this node tests: "xfs_reflink_4k", "block"; or empty
  std::string directory;  ///< where it was read
  std::map<std::string, std::string> settings;  ///< what must be equal for runs to be comparable
  std::vector<Test> tests;
  /// What is wrong with the results as a whole: a file that is cut, a suite that ended with an error
  /// without a failed test, a run that has not ended. With one of them the node has not passed.
  std::vector<std::string> problems;

  /// Every test passed or was skipped, and nothing is wrong.
  bool passed() const;
  std::size_t count(Verdict verdict) const;
  /// The name without "-dev": both sides of a pair have the same.
  std::string pair() const;
};

struct Run {
  std::string id;  ///< directory name: "20261121T031502Z"
  std::vector<Node> nodes;
};

}  // namespace kdevops::results
