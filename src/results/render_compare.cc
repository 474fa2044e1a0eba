// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "results/render.h"
#include "results/table.h"
#include "results/text.h"
#include "results/words.h"

namespace kdevops::results {

namespace {

using support::Style;

std::string conclusion(const Comparison& c) {
  std::size_t worse = 0, better = 0, same = 0, few = 0;
  for (const auto& row : c.metrics) {
    worse += row.finding == Finding::worse;
    better += row.finding == Finding::better;
    same += row.finding == Finding::same;
    few += row.finding == Finding::too_few;
  }
  std::size_t broken = 0, fixed = 0, bad = 0, passed = 0, one = 0;
  for (const auto& row : c.tests) {
    broken += row.finding == Finding::worse;
    fixed += row.finding == Finding::better;
    passed += row.both_passed();
    one += row.only_one();
    bad += row.finding == Finding::same && !row.only_one() && is_bad(row.baseline) && is_bad(row.dev);
  }
  std::string text = counted(worse + broken, "regression", "regressions") + ", ";
  if (fixed > 0) text += counted(fixed, "test", "tests") + " fixed, ";
  if (!c.metrics.empty()) {
    text += counted(better, "improvement", "improvements") + fmt::format(", {} without a difference", same);
    if (few > 0) text += fmt::format(", {} with too few samples", few);
    text += "; ";
  }
  text += counted(passed, "test", "tests") + " passed on both sides";
  if (bad > 0) text += fmt::format(", {} on neither", bad);
  if (one > 0) text += fmt::format(", {} on one side only", one);
  if (!c.problems.empty()) text += "; results are broken";
  return text;
}

/// What one group of tests is called, and which it is.
struct Group {
  const char* title;
  bool (*holds)(const TestRow& row);
};

bool never_bad(const TestRow& row) {
  return (!row.on_baseline || !is_bad(row.baseline)) && (!row.on_dev || !is_bad(row.dev));
}

constexpr Group groups[] = {
    {"regressions", [](const TestRow& r) { return r.finding == Finding::worse; }},
    {"fixed", [](const TestRow& r) { return r.finding == Finding::better; }},
    {"did not pass on either side", [](const TestRow& r) {
       return r.finding == Finding::same && !r.only_one() && is_bad(r.baseline) && is_bad(r.dev);
     }},
    {"on one side only", [](const TestRow& r) { return r.only_one() && !never_bad(r); }},
    {"skipped on one side", [](const TestRow& r) {
       return r.finding == Finding::same && !r.only_one() && never_bad(r) && r.baseline != r.dev;
     }},
};

std::string tests_tables(const Comparison& c, int fd) {
  std::string out;
  for (const auto& group : groups) {
    Table table({{"node"}, {"test"}, {c.baseline_label}, {c.dev_label}, {"reason"}});
    for (const auto& row : c.tests) {
      if (!group.holds(row)) continue;
      const auto cell = [](bool there, Verdict verdict) {
        return there ? Table::Cell{spoken(verdict), style_of(verdict)} : Table::Cell{"-", Style::dim};
      };
      table.row({{row.pair}, {row.test}, cell(row.on_baseline, row.baseline), cell(row.on_dev, row.dev),
                 {one_line(row.on_dev && !row.dev_reason.empty() ? row.dev_reason : row.baseline_reason, 120)}});
    }
    if (!table.empty()) out += support::styled(group.title, Style::bold, fd) + "\n" + table.text(fd) + "\n";
  }
  for (const bool dev : {true, false}) {
    const auto count = static_cast<std::size_t>(std::count_if(c.tests.begin(), c.tests.end(), [&](const TestRow& row) {
      return row.only_one() && row.on_dev == dev && never_bad(row);
    }));
    if (count == 0) continue;
    out += fmt::format("{} only on {} ({}): passed or skipped\n\n", counted(count, "test", "tests"),
                       dev ? c.dev_label : c.baseline_label, dev ? "new" : "no longer there, or not asked for");
  }
  return out;
}

std::string metrics_table(const Comparison& c, int fd) {
  Table table({{"node"}, {"test"}, {"metric"}, {c.baseline_label, true}, {"spread", true}, {c.dev_label, true},
               {"spread", true}, {"change", true}, {"noise", true}, {"verdict"}});
  for (const auto& row : c.metrics) {
    const auto& d = row.difference;
    const bool noise = d.noise > 0 && d.baseline_median != 0;
    table.row({{row.pair}, {row.test}, {row.metric}, {shown(d.baseline_median)},
               {d.baseline_count > 1 ? shown(d.baseline_spread) : ""}, {shown(d.dev_median)},
               {d.dev_count > 1 ? shown(d.dev_spread) : ""}, {percent(d)},
               {noise ? fmt::format("{:.1f}%", d.noise / std::abs(d.baseline_median) * 100) : ""},
               {to_string(row.finding), style_of(row.finding)}});
  }
  return table.empty() ? "" : table.text(fd) + "\n";
}

}  // namespace

const char* to_string(Finding finding) {
  switch (finding) {
    case Finding::better: return "better";
    case Finding::worse: return "WORSE";
    case Finding::same: return "no difference";
    case Finding::too_few: return "not enough samples";
    case Finding::not_judged: return "";
  }
  return "";
}

std::string comparison_text(const Comparison& c, int fd) {
  std::string out = support::styled(c.title, Style::bold, fd) + "\n\n";
  for (const auto& problem : c.problems) out += support::styled(one_line(problem), Style::red, fd) + "\n";
  if (!c.problems.empty()) out += "\n";
  out += tests_tables(c, fd) + metrics_table(c, fd);
  for (const auto& note : c.notes) out += one_line(note) + "\n";
  const bool one_run = std::any_of(c.metrics.begin(), c.metrics.end(), [](const MetricRow& row) {
    return row.difference.basis == Basis::one_run;
  });
  if (one_run) {
    out += "One run per side: the noise is the noise inside it. Run the test again and compare with "
           "--all to see the noise between runs.\n";
  }
  return out + support::styled(conclusion(c), exit_status(c) != 0 ? Style::red : Style::bold, fd) + "\n";
}

int exit_status(const Comparison& c) {
  if (c.crashed()) return 6;
  return c.regressed() || c.inconclusive() ? 1 : 0;
}

}  // namespace kdevops::results
