// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

/// tests-timestamp of one iteration: what run-mmtests.sh notes of each benchmark.
struct MmtestsIteration {
  struct Benchmark {
    std::optional<double> begin, end, user, system, elapsed;
    std::optional<long> status;
  };
  std::map<std::string, Benchmark> benchmarks;
  std::vector<std::string> order;
  bool finished = false;
};
MmtestsIteration parse_timestamps(std::string_view text);

/// threads-<N>.log of thpcompact and thpchallenge: "fault <thread> huge|base <microseconds> ...".
struct Faults {
  std::vector<double> base, huge;
};
Faults parse_faults(std::string_view log);

/// `.../iter-<N>/tests-timestamp` and `.../iter-<N>/<benchmark>/logs/threads-<M>.log.gz`. A benchmark
/// is one test; each metric has one sample per iteration.
bool holds_mmtests(const Tree& tree);
void read_mmtests(const Tree& tree, Node& node);

}  // namespace kdevops::results
