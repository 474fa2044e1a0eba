// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/model.h"

namespace kdevops::results {

/// Tests in the order in which they first appear. A test that is added again (a pass after a crash,
/// COUNT=, several devices) ends with its worst verdict, and says how often it did not pass.
class Collection {
 public:
  void add(Test test);
  bool has(const std::string& name) const { return index_.count(name) > 0; }
  bool empty() const { return tests_.empty(); }
  std::vector<Test> take();

 private:
  struct Tally {
    int results = 0, bad = 0;
  };
  std::vector<Test> tests_;
  std::vector<Tally> tallies_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace kdevops::results
