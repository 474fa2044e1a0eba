// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <set>

#include "results/collection.h"
#include "results/fstests.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

/// One pass of check, as it writes it when it ends.
struct Pass {
  std::vector<std::string> ran;
  std::set<std::string> skipped, failed;
  bool interrupted = false, ended = false;

  bool empty() const { return ran.empty() && skipped.empty() && failed.empty(); }
};

bool list(const Line& line, std::string_view title, const auto& use) {
  if (!line.text.starts_with(title)) return false;
  // The last name of a line without its end may be a part of a name.
  auto names = words(line.text.substr(title.size()));
  if (!line.whole && !names.empty()) names.pop_back();
  for (const auto name : names) use(one_line(name));
  return true;
}

void judge(const Pass& pass, Collection& tests) {
  // An interrupted pass lists the test that was running: the last one without a verdict.
  std::string running;
  if (pass.interrupted && !pass.ran.empty()) running = pass.ran.back();
  for (const auto& name : pass.ran) {
    Test test{name, Verdict::passed, "", {}, {}, "", ""};
    if (pass.failed.count(name) > 0) {
      test.verdict = Verdict::failed;
      test.reason = "failed";
    } else if (pass.skipped.count(name) > 0) {
      test.verdict = Verdict::skipped;
      test.reason = "not run";
    } else if (!pass.ended || name == running) {
      test.verdict = Verdict::truncated;
      test.reason = pass.ended ? "interrupted" : "check.log ends before its verdict";
    }
    tests.add(std::move(test));
  }
}

}  // namespace

FstestsLog parse_check_log(std::string_view log) {
  FstestsLog out;
  Collection tests;
  Pass pass;
  const auto finish = [&] {
    if (!pass.ended && !pass.empty()) out.problem = "cut: a pass has no \"Passed all\" or \"Failed\" line";
    judge(pass, tests);
    pass = {};
  };
  each_line(log, [&](const Line& line) {
    if (line.text.starts_with("Kernel version:")) finish();
    list(line, "Ran: ", [&](std::string name) { pass.ran.push_back(std::move(name)); });
    list(line, "Not run: ", [&](std::string name) { pass.skipped.insert(std::move(name)); });
    list(line, "Failures: ", [&](std::string name) { pass.failed.insert(std::move(name)); });
    pass.interrupted |= line.text.starts_with("Interrupted!");
    pass.ended |= line.whole && line.text.ends_with(" tests") &&
                  (line.text.starts_with("Passed all ") || line.text.starts_with("Failed "));
  });
  finish();
  out.tests = tests.take();
  return out;
}

}  // namespace kdevops::results
