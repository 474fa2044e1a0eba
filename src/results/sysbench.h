// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

/// Reads the output of `sysbench ... run` (1.0): one test named after the benchmark.
///
/// Passed means: the final statistics are there to their last line, at least one event was
/// counted, and sysbench reported no fatal error. Anything shorter is truncated, with how far it
/// came; a fatal error or an unreadable line is failed, with that line. Intervals (--report-interval)
/// become samples of "transactions per second", "latency 95% ms" and so on; the totals at the end
/// become metrics with one sample.
Test parse_sysbench(std::string_view output);

/// A node's directory: sysbench_output.txt (kdevops: sysbench_tps.txt), run.json, and what the
/// server counted (pg_stats.json, mysql_stats.json) as metrics that are shown and not judged.
bool holds_sysbench(const Tree& tree);
void read_sysbench(const Tree& tree, Node& node);

}  // namespace kdevops::results
