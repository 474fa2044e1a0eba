// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/collection.h"

#include <algorithm>

#include <fmt/format.h>

namespace kdevops::results {

void Collection::add(Test test) {
  const auto [it, fresh] = index_.emplace(test.name, tests_.size());
  if (fresh) {
    tallies_.push_back({1, is_bad(test.verdict)});
    tests_.push_back(std::move(test));
    return;
  }
  Test& known = tests_[it->second];
  Tally& tally = tallies_[it->second];
  ++tally.results;
  tally.bad += is_bad(test.verdict);
  if (test.seconds) test.seconds = std::max(*test.seconds, known.seconds.value_or(0));
  else test.seconds = known.seconds;
  if (severity(test.verdict) > severity(known.verdict)) known = std::move(test);
  else known.seconds = test.seconds;
}

std::vector<Test> Collection::take() {
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    const auto& tally = tallies_[i];
    if (tally.results < 2 || tally.bad == 0) continue;
    tests_[i].reason = fmt::format("{} of {} results: {}", tally.bad, tally.results, tests_[i].reason);
  }
  tallies_.clear();
  index_.clear();
  return std::move(tests_);
}

}  // namespace kdevops::results
