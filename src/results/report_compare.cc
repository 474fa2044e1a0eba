// SPDX-License-Identifier: GPL-2.0-or-later
// Baseline against dev, or before against after: regressions first.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_plot.h"
#include "results/report_sections.h"
#include "results/words.h"

namespace kdevops::results {

namespace {

/// At most so many rows; up to so few judged ones are shown whatever was found.
constexpr std::size_t most_rows = 200, few_rows = 8;

/// A cell that says its column's name on screens where the columns stand below each other.
Element cell(Element row, std::string_view column, std::string_view text, std::string_view css = {}) {
  auto element = add_text(row, "td", text, css);
  if (!column.empty()) set(element, "data-label", column);
  return element;
}

const char* css_of(Finding finding) {
  switch (finding) {
    case Finding::worse: return "worse";
    case Finding::better: return "better";
    case Finding::same: return "same";
    case Finding::too_few: return "few";
    case Finding::not_judged: return "unjudged";
  }
  return "";
}

const char* words_of(Finding finding) {
  switch (finding) {
    case Finding::worse: return "▼ worse";
    case Finding::better: return "▲ better";
    case Finding::same: return "no difference";
    case Finding::too_few: return "too few samples";
    case Finding::not_judged: return "not judged";
  }
  return "";
}

void add_verdict(Element body, const Comparison& c, const TestRow& r) {
  auto row = add(body, "tr", css_of(r.finding));
  auto name = cell(row, "", shorten(r.test, name_length), "what");
  add_text(name, "small", shorten(r.pair, name_length));
  const auto& reason = r.dev_reason.empty() ? r.baseline_reason : r.dev_reason;
  if (!reason.empty()) add_text(name, "small", shorten(reason, reason_length));
  const auto side = [&](const std::string& label, bool there, Verdict verdict) {
    auto place = cell(row, label, there ? "" : "not run");
    if (there) add_badge(place, verdict);
  };
  side(c.baseline_label, r.on_baseline, r.baseline);
  side(c.dev_label, r.on_dev, r.dev);
  cell(row, "finding", r.only_one() ? "on one side" : r.finding == Finding::same ? "not passed" : words_of(r.finding),
       "finding");
}

/// Not worse and not better, and yet no pass.
bool is_old_failure(const TestRow& r) {
  return r.finding == Finding::same && ((r.on_baseline && is_bad(r.baseline)) || (r.on_dev && is_bad(r.dev)));
}

/// What became worse or better; what failed before and fails now is folded.
void add_verdicts(Element slot, const Comparison& c) {
  Element found, old;
  std::size_t shown = 0, left_out = 0, unchanged = 0;
  const auto table = [&](Element parent) {
    return add_table(parent, {"test", c.baseline_label, c.dev_label, "finding"}, "verdicts cards");
  };
  for (const auto& r : c.tests) unchanged += is_old_failure(r);
  for (const auto& r : c.tests) {
    if (r.finding == Finding::same && !is_old_failure(r)) continue;
    if (++shown > most_rows) {
      ++left_out;
      continue;
    }
    auto& body = r.finding == Finding::same ? old : found;
    if (!body && r.finding != Finding::same) body = table(slot);
    if (!body) {
      auto details = add(slot, "details");
      add_text(details, "summary", fmt::format("{} without a change", counted(unchanged, "failure", "failures")));
      body = table(details);
    }
    add_verdict(body, c, r);
  }
  if (left_out > 0) add_text(slot, "p", fmt::format("{} more rows: nixos-results compare", left_out), "quiet");
}

std::string with_spread(double median, double spread, std::size_t count) {
  if (count < 2) return short_number(median);
  // What remains of equal values after a division is no spread.
  return fmt::format("{} ± {}", short_number(median), spread <= std::abs(median) * 1e-9 ? "0" : short_number(spread));
}

double relative_noise(const Difference& d) {
  return d.baseline_median != 0 ? d.noise / std::abs(d.baseline_median) : 0;
}

void add_metric(Element body, const Comparison& c, const MetricRow& r, double reach) {
  const auto& d = r.difference;
  auto row = add(body, "tr", css_of(r.finding));
  auto name = cell(row, "", shorten(r.metric, name_length), "what");
  add_text(name, "small", shorten(r.test == r.pair ? r.test : fmt::format("{}, {}", r.test, r.pair), name_length));
  cell(row, c.baseline_label, with_spread(d.baseline_median, d.baseline_spread, d.baseline_count), "number");
  cell(row, c.dev_label, with_spread(d.dev_median, d.dev_spread, d.dev_count), "number");
  const bool relative = d.baseline_median != 0;
  cell(row, "change", relative ? percent_text(d.change) : d.dev_median == 0 ? "+0.0 %" : "–", "number");
  auto noise = cell(row, "noise", "", "noise");
  if (d.enough && relative) {
    add_text(noise, "span", "± " + percent_text(relative_noise(d)).substr(1));
    draw_change(noise, d.change, relative_noise(d), reach);
  }
  cell(row, "finding", words_of(r.finding), "finding");
}

/// Both ends of the little scales: the largest change or noise, within what one can still compare.
double reach_of(const Comparison& c) {
  double reach = 0.05;
  for (const auto& r : c.metrics) {
    if (!r.difference.enough || !std::isfinite(r.difference.change)) continue;
    reach = std::max({reach, std::abs(r.difference.change), relative_noise(r.difference)});
  }
  return std::min(reach, 1.0);
}

void add_metrics(Element slot, const Comparison& c) {
  if (c.metrics.empty()) return;
  const double reach = reach_of(c);
  const auto table = [&](Element parent) {
    return add_table(parent, {"metric", ">" + c.baseline_label, ">" + c.dev_label, ">change", "noise", "finding"},
                     "metrics cards");
  };
  const auto found = [](const MetricRow& r) { return r.finding == Finding::worse || r.finding == Finding::better; };
  const auto judged = static_cast<std::size_t>(std::count_if(
      c.metrics.begin(), c.metrics.end(), [](const MetricRow& r) { return r.finding != Finding::not_judged; }));
  const auto open = [&](const MetricRow& r) {
    return found(r) || (judged <= few_rows && r.finding != Finding::not_judged);
  };
  const auto folded = static_cast<std::size_t>(std::count_if(
      c.metrics.begin(), c.metrics.end(), [&](const MetricRow& r) { return !open(r); }));
  Element first, rest;
  std::size_t shown = 0;
  for (const auto& r : c.metrics) {
    if (++shown > most_rows) break;
    if (open(r)) {
      if (!first) first = table(slot);
      add_metric(first, c, r, reach);
      continue;
    }
    if (!rest) {
      auto details = add(slot, "details");
      add_text(details, "summary", fmt::format("{} without a finding", counted(folded, "metric", "metrics")));
      rest = table(details);
    }
    add_metric(rest, c, r, reach);
  }
  if (c.metrics.size() > most_rows) {
    add_text(slot, "p", fmt::format("{} more rows: nixos-results compare", c.metrics.size() - most_rows), "quiet");
  }
  const bool one_run = std::any_of(c.metrics.begin(), c.metrics.end(),
                                   [](const MetricRow& r) { return r.difference.basis == Basis::one_run; });
  add_text(slot, "p",
           fmt::format("Median ± spread. A difference counts when it is larger than the noise, which is what chance "
                       "explains in 99 of 100 cases{} The band shows the noise, the point the change; both ends are {}.",
                       one_run ? "; with one run per side it is the noise inside that run." : ".",
                       "± " + percent_text(reach).substr(1)),
           "quiet");
}

std::string conclusion(const Comparison& c) {
  std::size_t worse = 0, better = 0;
  const auto tally = [&](const auto& rows) {
    for (const auto& row : rows) {
      worse += row.finding == Finding::worse;
      better += row.finding == Finding::better;
    }
  };
  tally(c.tests);
  tally(c.metrics);
  const auto text = counted(worse, "regression", "regressions") + ", " + counted(better, "improvement", "improvements");
  if (!c.inconclusive()) return text;
  return fmt::format("{}; {}", text, c.problems.empty() ? "no test passed on both sides" : "results are broken");
}

}  // namespace

void comparison_section(Element slot, const Report& report) {
  for (const auto& c : report.comparisons) {
    auto heading = add_text(slot, "h3", conclusion(c), c.regressed() || c.inconclusive() ? "bad" : "good");
    append(heading, " ");
    add_text(heading, "small", shorten(c.title, name_length));
    add_verdicts(slot, c);
    add_metrics(slot, c);
    if (c.notes.empty() && c.problems.empty()) continue;
    auto notes = add(slot, "ul", "notes");
    for (const auto* list : {&c.problems, &c.notes}) {
      for (const auto& note : *list) add_text(notes, "li", shorten(note, reason_length));
    }
  }
}

}  // namespace kdevops::results
