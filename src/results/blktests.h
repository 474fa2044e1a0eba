// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

/// One result file of blktests: "key<TAB>value" lines in any order, written when the test has ended.
/// A pass needs all of date, description, status, exit_status and runtime, and the last line's end.
Test parse_blktests(std::string_view text);

/// `<nodev or device>/<group>/<NNN>` with .out.bad, .dmesg, .full beside. A test that ran on several
/// devices is one test with its worst verdict.
bool holds_blktests(const Tree& tree);
void read_blktests(const Tree& tree, Node& node);

}  // namespace kdevops::results
