// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "results/model.h"
#include "support/files.h"

namespace kdevops::results {

/// run.json, which our playbooks write beside a node's results: what the run was and how it ended.
struct Record {
  std::string suite, node, role, test, kernel, failure;
  std::string format;  ///< "tap": the suite has no parser of its own and writes that
  std::optional<int> exit_status;  ///< empty until the suite's own program has ended
  std::map<std::string, std::string> settings;  ///< words, numbers and booleans; others are left out
};

/// Nothing when there is none (results of another tool), and, with the reason in `problem`, when it
/// is broken.
std::optional<Record> read_record(const support::Files& files, const std::string& directory,
                                  std::string& problem);

/// "was ended by signal 9 (Killed)", "did not end in time and was killed", "ended with status 3".
std::string how_it_ended(int status);

/// Turns a pass into a failure when the record knows better: an exit status, a failed step.
void apply_record(const Record& record, Test& test);

}  // namespace kdevops::results
