// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "results/model.h"
#include "support/files.h"

namespace kdevops::results {

/// Which runs of a results directory.
enum class Which {
  last,    ///< the last run
  newest,  ///< of each node its newest run: baseline and dev nodes are often run one after the other
  all,
};

/// Reads results of any suite. `directory` is one of
///   - a results directory (workflows/<w>/results): runs below it and the link last-run;
///   - one run: nodes below it; kdevops's own workflows/<w>/results is one, and so is its last-run;
///   - one node's directory.
/// Runs come oldest first. A directory without results is an Error that says what was looked for;
/// results that are broken are read as far as they go (Node::problems).
std::vector<Run> load(const support::Files& files, const std::string& directory, Which which);

}  // namespace kdevops::results
