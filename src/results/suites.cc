// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/suites.h"

#include <algorithm>
#include <array>

#include "results/record.h"
#include "results/sysbench.h"

namespace kdevops::results {

namespace {

constexpr std::array sysbench_marks{"sysbench_output.txt", "sysbench_tps.txt"};

constexpr std::array table{
    Suite{"sysbench", sysbench_marks, read_sysbench},
};

}  // namespace

std::span<const Suite> suites() { return table; }

const Suite* suite_of(const support::Files& files, const std::string& directory) {
  for (const auto& suite : table) {
    const bool found = std::any_of(suite.marks.begin(), suite.marks.end(), [&](const char* mark) {
      return files.exists(directory + "/" + mark);
    });
    if (found) return &suite;
  }
  if (const auto record = read_record(files, directory)) {
    for (const auto& suite : table) {
      if (record->suite == suite.name) return &suite;
    }
  }
  return nullptr;
}

}  // namespace kdevops::results
