// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a result file of any suite: the first byte chooses the parser.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "results/archive.h"
#include "results/blktests.h"
#include "results/fstests.h"
#include "results/gitr.h"
#include "results/ltp.h"
#include "results/mmtests.h"
#include "results/pynfs.h"
#include "results/sysbench.h"
#include "results/tap.h"
#include "results/text.h"

namespace {

using namespace kdevops::results;

/// A reason for whatever has not passed, on one line, and a name.
void check(const Test& test) {
  if (is_bad(test.verdict) && test.reason.empty()) std::abort();
  if (test.reason.find('\n') != std::string::npos) std::abort();
}

void check(const std::vector<Test>& tests) {
  for (const auto& test : tests) check(test);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string problem;
  switch (data[0] % 10) {
    case 0:
      for (const auto& one : parse_xunit(text).cases) check(one.test);
      break;
    case 1: check(parse_check_log(text).tests); break;
    case 2: check(parse_blktests(text)); break;
    case 3:
      for (const auto& document : parse_tap(text)) {
        for (const auto& point : document.points) check(to_test(point, "f"));
      }
      break;
    case 4: check(parse_ltp_log(text).tests); break;
    case 5: parse_ltp_output(text); break;
    case 6: check(parse_pynfs(text).tests); break;
    case 7: check(judge_git_script("t", {std::string(text), "0\n", std::nullopt})); break;
    case 8:
      parse_timestamps(text);
      parse_faults(text);
      parse_prove(text);
      check(parse_sysbench(text));
      break;
    case 9:
      if (const auto archive = gunzip(text, problem)) untar(*archive, problem);
      untar(text, problem);
      break;
  }
  one_line(text);
  excerpt(text, 5, true);
  return 0;
}
