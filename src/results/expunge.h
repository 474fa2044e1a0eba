// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "results/model.h"
#include "support/files.h"

namespace kdevops::results {

/// Lines to add to one expunge list.
struct ExpungeChange {
  std::string path;
  std::string before, after;        ///< the whole list; `before` is empty for a new one
  std::vector<std::string> added;   ///< names of tests
};

/// The tests of `runs` that failed, crashed or hung and that no list below `lists` names yet:
///   fstests   <lists>/<kernel>/<fs>/unassigned/<section>.txt   "generic/085  # why"
///   blktests  <lists>/<kernel>/failures.txt                     "block/001"
/// Lists keep their lines as they are; new ones come behind them. Sorted by path. Throws Error for a
/// suite without lists, and for a node whose kernel or section is not known.
std::vector<ExpungeChange> expunge_changes(const support::Files& files, const std::vector<Run>& runs,
                                           const std::string& lists);

/// The change as `diff -u` shows it, and `patch -p0` takes it.
std::string unified_diff(const ExpungeChange& change);

}  // namespace kdevops::results
