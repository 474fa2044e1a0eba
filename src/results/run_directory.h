// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/model.h"
#include "results/record.h"
#include "results/tree.h"

namespace kdevops::results {

/// What a crash between two tests is called, which is a test of the node, and none of its suite.
inline constexpr const char* no_test = "no test";

/// What our runner (playbooks/roles/test_run) keeps beside a suite's own results.
struct RunDirectory {
  struct Crash {
    Verdict verdict = Verdict::crashed;
    std::string test;      ///< or no_test
    std::string evidence;  ///< crash-<n>.txt or console-<n>.log; empty when there is none
  };

  bool ours = false;                 ///< the runner was here
  std::vector<std::string> planned;  ///< names in order
  std::vector<Crash> crashes;
  std::optional<int> exit_status;    ///< of the suite; empty: the run has not ended
  std::vector<std::string> problems;

  bool plans(const std::string& name) const;
};

RunDirectory read_run_directory(const Tree& tree);

/// Makes the tests that a suite's parser found complete: planned tests in their order, those without
/// a result truncated, those of `crashed` crashed or hung with the console as evidence; and says
/// what is wrong with the run as a whole.
void complete(const Tree& tree, const RunDirectory& run, const std::optional<Record>& record, Node& node);

}  // namespace kdevops::results
