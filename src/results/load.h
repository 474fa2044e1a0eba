// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "results/model.h"
#include "support/files.h"

namespace kdevops::results {

/// Which runs of a results directory.
enum class Which { last, all };

/// Reads results of any suite. `directory` is one of
///   - a results directory (workflows/<w>/results): runs below it and the link last-run;
///   - one run: nodes below it; kdevops's own workflows/sysbench/results is one;
///   - one node's directory.
/// Runs come oldest first. A directory without results is an Error that says what was looked for.
std::vector<Run> load(const support::Files& files, const std::string& directory, Which which);

}  // namespace kdevops::results
