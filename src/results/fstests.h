// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

/// What one result.xml says, in our words.
struct FstestsReport {
  struct Case {
    std::string section;  ///< empty without sections
    Test test;            ///< named as fstests does: "generic/001"
    std::string mismatch; ///< the difference to the expected output
  };
  std::vector<Case> cases;
  std::string kernel;
  bool open = false;        ///< written between two tests: the pass went on
  std::string problem;      ///< why it is not whole; the cases that are whole are there nevertheless
};

/// xunit as `check -R xunit` writes it (common/report).
FstestsReport parse_xunit(std::string_view xml);

/// What check.log says of its passes ("Ran:", "Not run:", "Failures:").
struct FstestsLog {
  std::vector<Test> tests;
  std::string problem;
};
FstestsLog parse_check_log(std::string_view log);

/// `<kernel>/<section>/{result*.xml,check.log,check.time,<group>/NNN.*}`. Tests are named
/// `<section>/generic/001` when they are planned so, or when there is more than one section. Where our
/// runner was not, check.log speaks only without a whole report, and of its last pass: the others are of
/// earlier runs.
bool holds_fstests(const Tree& tree);
void read_fstests(const Tree& tree, Node& node);

}  // namespace kdevops::results
