// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <span>

#include "results/model.h"
#include "results/record.h"
#include "results/tree.h"

namespace kdevops::results {

/// One suite's result format. A new suite is a parser and a row of the table in suites.cc; a suite
/// that writes TAP needs neither (run.json: "format": "tap").
struct Suite {
  const char* name;
  const char* files;  ///< what marks a directory of this suite, for messages
  bool (*holds)(const Tree& tree);
  /// Fills `node.tests` with what there is, whatever state it is in, and `node.problems` with what
  /// is wrong with the files. Settings of run.json are there already.
  void (*read)(const Tree& tree, Node& node);
};

std::span<const Suite> suites();

/// The suite (or format) that run.json names, otherwise the one whose files are there. nullptr
/// without either.
const Suite* suite_of(const Tree& tree, const std::optional<Record>& record);

}  // namespace kdevops::results
