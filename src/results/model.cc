// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/model.h"

#include <algorithm>

namespace kdevops::results {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "passed";
    case Verdict::failed: return "failed";
    case Verdict::skipped: return "skipped";
    case Verdict::truncated: return "truncated";
    case Verdict::crashed: return "crashed";
    case Verdict::hung: return "hung";
  }
  return "";
}

bool is_bad(Verdict verdict) { return verdict != Verdict::passed && verdict != Verdict::skipped; }

int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::skipped: return 0;
    case Verdict::passed: return 1;
    case Verdict::truncated: return 2;
    case Verdict::failed: return 3;
    case Verdict::hung: return 4;
    case Verdict::crashed: return 5;
  }
  return 2;
}

const Metric* Test::metric(const std::string& wanted) const {
  const auto it = std::find_if(metrics.begin(), metrics.end(),
                               [&](const Metric& m) { return m.name == wanted; });
  return it == metrics.end() ? nullptr : &*it;
}

std::size_t Node::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      tests.begin(), tests.end(), [&](const Test& test) { return test.verdict == verdict; }));
}

bool Node::passed() const {
  return problems.empty() && std::none_of(tests.begin(), tests.end(),
                                          [](const Test& test) { return is_bad(test.verdict); });
}

std::string Node::pair() const {
  return name.ends_with("-dev") ? name.substr(0, name.size() - 4) : name;
}

}  // namespace kdevops::results
