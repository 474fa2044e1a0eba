// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/suites.h"

#include <algorithm>
#include <array>

#include "results/blktests.h"
#include "results/fstests.h"
#include "results/gitr.h"
#include "results/ltp.h"
#include "results/mmtests.h"
#include "results/pynfs.h"
#include "results/sysbench.h"
#include "results/tap.h"

namespace kdevops::results {

namespace {

// In the order in which foreign directories are tried: the least mistakable files first.
constexpr std::array table{
    Suite{"sysbench", "sysbench_output.txt, sysbench_tps.txt", holds_sysbench, read_sysbench},
    Suite{"pynfs", "<kernel>-v4.0.json", holds_pynfs, read_pynfs},
    Suite{"mmtests", "iter-<n>/tests-timestamp", holds_mmtests, read_mmtests},
    Suite{"fstests", "result.xml, check.log", holds_fstests, read_fstests},
    Suite{"gitr", "test-results/, <group>.summary", holds_gitr, read_gitr},
    Suite{"ltp", "results/*.log", holds_ltp, read_ltp},
    Suite{"selftests", "*.tap.log", holds_selftests, read_selftests},
    Suite{"blktests", "nodev/<group>/<NNN>", holds_blktests, read_blktests},
    Suite{"tap", "*.tap", holds_tap, read_tap},
};

const Suite* named(const std::string& name) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const Suite& suite) { return name == suite.name; });
  return it == table.end() ? nullptr : &*it;
}

}  // namespace

std::span<const Suite> suites() { return table; }

const Suite* suite_of(const Tree& tree, const std::optional<Record>& record) {
  if (record) {
    if (const Suite* suite = named(record->format)) return suite;
    if (const Suite* suite = named(record->suite)) return suite;
  }
  const auto it = std::find_if(table.begin(), table.end(), [&](const Suite& suite) { return suite.holds(tree); });
  return it == table.end() ? nullptr : &*it;
}

}  // namespace kdevops::results
