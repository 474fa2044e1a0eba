// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

/// What one script of git's test suite left in test-results/; a file that is not there is empty.
struct GitScript {
  std::optional<std::string> out;     ///< its output, TAP with the trace of --verbose-log between
  std::optional<std::string> exit;    ///< its exit status
  std::optional<std::string> counts;  ///< totals, only written without prove
};

/// One script is one test: passed when it ended with 0 and reported as many tests as it planned.
Test judge_git_script(std::string name, const GitScript& script);

/// What prove printed.
struct ProveSummary {
  std::map<std::string, std::string> failures;  ///< script without directory and ".sh" -> why
  std::map<std::string, double> seconds;        ///< with --timer
  std::string result;                           ///< PASS, FAIL, NOTESTS; empty: cut
};
ProveSummary parse_prove(std::string_view text);

/// `<group>/t/test-results/{*.out,*.exit,*.counts}`, `<group>.summary`, `<group>.tgz` (prove -a).
/// Tests are named `t0001-init`, or `<group>/t0001-init` when planned so.
bool holds_gitr(const Tree& tree);
void read_gitr(const Tree& tree, Node& node);

}  // namespace kdevops::results
