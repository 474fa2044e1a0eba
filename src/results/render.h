// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "results/compare.h"
#include "results/model.h"

namespace kdevops::results {

/// Tables for a terminal; colour only when `fd` is one. Every line ends in a newline. A summary says
/// per node how many tests ended how, then only what did not pass; a comparison regressions first.
std::string summary_text(const std::vector<Run>& runs, int fd);
std::string comparison_text(const Comparison& comparison, int fd);

/// The same as JSON, two-space indented, with every test and sample.
std::string summary_json(const std::vector<Run>& runs);
std::string comparison_json(const Comparison& comparison);

/// JUnit XML for a CI: one testsuite per node of a run. Failed tests are failures; those without a
/// result, crashed and hung ones are errors, and so is what is wrong with a node's results.
std::string summary_junit(const std::vector<Run>& runs);

/// The verdict as an exit status: 0; 1 something did not pass; 6 a guest crashed or hung.
int exit_status(const std::vector<Run>& runs);
/// 0 no regression; 1 a regression, or nothing can be concluded; 6 a guest crashed or hung that did
/// not before.
int exit_status(const Comparison& comparison);

const char* to_string(Finding finding);

}  // namespace kdevops::results
