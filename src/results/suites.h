// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>

#include "results/model.h"
#include "support/files.h"

namespace kdevops::results {

/// One suite's result format. A new suite is a parser and a row of the table in suites.cc.
struct Suite {
  const char* name;
  /// Files of which any one marks a node's result directory of this suite.
  std::span<const char* const> marks;
  /// Fills `node.tests` (at least one, whatever state the files are in) and settings.
  void (*read)(const support::Files& files, const std::string& directory, Node& node);
};

std::span<const Suite> suites();

/// The suite whose marks `directory` holds, or that its run.json names; nullptr without either. A
/// run that broke before its suite wrote anything is a result, too.
const Suite* suite_of(const support::Files& files, const std::string& directory);

}  // namespace kdevops::results
