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
  }
  return "";
}

const Metric* Test::metric(const std::string& wanted) const {
  const auto it = std::find_if(metrics.begin(), metrics.end(),
                               [&](const Metric& m) { return m.name == wanted; });
  return it == metrics.end() ? nullptr : &*it;
}

std::string Node::pair() const {
  return name.ends_with("-dev") ? name.substr(0, name.size() - 4) : name;
}

}  // namespace kdevops::results
