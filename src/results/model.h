// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdevops::results {

/// How a test ended. `truncated`: its output stops before its end, so nothing is known; never a pass.
enum class Verdict { passed, failed, skipped, truncated };

const char* to_string(Verdict verdict);

/// Which way a number gets better. `neither`: shown, never judged.
enum class Better { higher, lower, neither };

/// One quantity that a test measured.
struct Metric {
  std::string name;             ///< with its unit in words: "transactions per second"
  Better better = Better::neither;
  std::vector<double> samples;  ///< in the order of time; one when the suite reports one value
};

/// One test of a suite on one node. A benchmark is one test with metrics; a functional suite is
/// many tests without.
struct Test {
  std::string name;    ///< as the suite calls it: "generic/085", "block/001", "oltp_read_write"
  Verdict verdict = Verdict::truncated;
  std::string reason;  ///< one line; empty when passed
  std::vector<Metric> metrics;

  const Metric* metric(const std::string& name) const;
};

/// What one run left behind on one node.
struct Node {
  std::string name;       ///< inventory name
  bool dev = false;       ///< the -dev side of an A/B pair
  std::string suite;      ///< "sysbench", "fstests", ...
  std::string kernel;     ///< uname -r; empty when not recorded
  std::string directory;  ///< where it was read
  std::map<std::string, std::string> settings;  ///< what must be equal for runs to be comparable
  std::vector<Test> tests;

  /// The name without "-dev": both sides of a pair have the same.
  std::string pair() const;
};

struct Run {
  std::string id;  ///< directory name: "20261121T031502Z"
  std::vector<Node> nodes;
};

}  // namespace kdevops::results
