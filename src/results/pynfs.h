// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

struct PynfsReport {
  std::vector<Test> tests;  ///< named after their codes
  std::string problem;
};

/// What `testserver.py --json` writes. It has no word for "unsupported" and "warning": pynfs counts
/// both as passed, and so does this. Our runner of its tests writes "unsupported" as skipped.
PynfsReport parse_pynfs(std::string_view json);

/// `<kernel>-v4.0.json`, `-v4.1.json`, `-vblock.json`; tests named `v4.0/CODE`.
bool holds_pynfs(const Tree& tree);
void read_pynfs(const Tree& tree, Node& node);

}  // namespace kdevops::results
