// SPDX-License-Identifier: GPL-2.0-or-later
// Scripts that use git's t/test-lib.sh, and what prove says of them.
#include <algorithm>

#include <fmt/format.h>

#include "results/gitr.h"
#include "results/record.h"
#include "results/tap.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

/// The trace between the points may hold TAP of other programs: only points that follow each other
/// count, and the last plan, which test_done prints.
TapDocument script_tap(std::string_view text) {
  TapDocument whole;
  long next = 1;
  for (auto& document : parse_tap(text)) {
    if (document.plan) {
      whole.plan = document.plan;
      whole.skip_all = document.skip_all;
      whole.skipped = document.skipped;
    }
    if (document.bailed_out) {
      whole.bailed_out = true;
      whole.bail_out = document.bail_out;
    }
    for (auto& point : document.points) {
      if (point.number != next) continue;
      ++next;
      whole.points.push_back(std::move(point));
    }
  }
  return whole;
}

std::string failed_points(const TapDocument& tap) {
  std::size_t failed = 0;
  std::string names;
  for (const auto& point : tap.points) {
    if (point.verdict() != Verdict::failed) continue;
    if (++failed <= 3) names += fmt::format("{}{} - {}", failed > 1 ? "; " : "", point.number.value_or(0), point.description);
  }
  if (failed == 0) return "";
  return fmt::format("{} of {} failed: {}{}", failed, tap.points.size(), names, failed > 3 ? "; ..." : "");
}

std::map<std::string, long> parse_counts(std::string_view text) {
  std::map<std::string, long> counts;
  each_line(text, [&](const Line& line) {
    const auto parts = words(line.text);
    const auto value = line.whole && parts.size() == 2 ? integer(parts[1]) : std::nullopt;
    if (value) counts[std::string(parts[0])] = *value;
  });
  return counts;
}

/// "t/t0001-init.sh" -> "t0001-init".
std::string script_name(std::string_view path) {
  auto name = base_name(path);
  if (name.ends_with(".sh")) name.remove_suffix(3);
  return one_line(name);
}

void judge_counts(std::string_view text, Test& test) {
  const auto counts = parse_counts(text);
  for (const char* key : {"total", "success", "fixed", "broken", "failed"}) {
    if (counts.count(key) > 0) continue;
    test.reason = "its .counts file is cut";
    return;
  }
  const long failed = counts.at("failed");
  test.verdict = failed == 0 ? Verdict::passed : Verdict::failed;
  if (failed != 0) test.reason = fmt::format("{} of {} failed", failed, counts.at("total"));
}

}  // namespace

Test judge_git_script(std::string name, const GitScript& script) {
  Test test;
  test.name = std::move(name);
  const TapDocument tap = script_tap(script.out.value_or(""));
  const std::string failed = failed_points(tap);
  std::optional<long> status;
  each_line(script.exit.value_or(""), [&](const Line& line) {
    if (line.whole && !status) status = integer(trim(line.text));
  });
  if (!failed.empty() || (status && *status != 0)) {
    test.verdict = Verdict::failed;
    test.reason = !failed.empty()   ? failed
                  : tap.bailed_out  ? tap.problem()
                                    : how_it_ended(static_cast<int>(std::clamp<long>(*status, -255, 255)));
    const auto bad = std::find_if(tap.points.begin(), tap.points.end(),
                                  [](const TapPoint& point) { return point.verdict() == Verdict::failed; });
    test.excerpt = bad != tap.points.end() ? excerpt(bad->output, 12, true) : excerpt(script.out.value_or(""), 12, true);
  } else if (script.out && !tap.problem().empty()) {
    test.reason = tap.problem();
  } else if (script.out && tap.skip_all) {
    test.verdict = Verdict::skipped;
    test.reason = tap.skipped;
  } else if (status && (script.out || !script.counts)) {
    test.verdict = Verdict::passed;
  } else if (script.counts) {
    judge_counts(*script.counts, test);
  } else {
    test.reason = "it has no exit status";
  }
  return test;
}

ProveSummary parse_prove(std::string_view text) {
  ProveSummary summary;
  std::string current;
  each_line(text, [&](const Line& line) {
    if (!line.whole) return;
    const auto parts = words(line.text);
    if (parts.empty()) return;
    const auto wstat = line.text.find(" (Wstat: ");
    if (wstat != std::string_view::npos && line.text.front() != ' ') {
      current = script_name(trim(line.text.substr(0, wstat)));
      const auto status = line.text.substr(wstat + 9);
      const bool clean = status.starts_with("0 ") && line.text.ends_with("Failed: 0)");
      if (!clean) summary.failures[current] = one_line(line.text.substr(wstat + 1));
    } else if (line.text.starts_with("  Parse errors:") && !current.empty()) {
      summary.failures[current] = one_line(trim(line.text));
    } else if (line.text.starts_with("Result: ")) {
      summary.result = one_line(line.text.substr(8));
    } else if (parts.size() >= 3) {
      // "[08:49:20] t0001-init.sh .. ok     1234 ms ( ...)"
      const auto ok = std::find(parts.begin(), parts.end(), "ok");
      if (ok - parts.begin() < 2 || parts.end() - ok < 3 || ok[2] != "ms") return;
      if (const auto ms = number(ok[1])) summary.seconds[script_name(ok[-2])] = *ms / 1000;
    }
  });
  return summary;
}

}  // namespace kdevops::results
