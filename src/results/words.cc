// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/words.h"

#include <cmath>

#include <fmt/format.h>

namespace kdevops::results {

using support::Style;

std::string shown(double value) {
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size >= 1000) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.3f}", value);
}

std::string shown_seconds(const std::optional<double>& seconds) {
  if (!seconds || *seconds < 0 || *seconds > 1e9) return "";
  if (*seconds < 1) return fmt::format("{:.1f}s", *seconds);
  const auto whole = static_cast<long>(std::lround(*seconds));
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
  return fmt::format("{}h {:02}m", whole / 3600, whole % 3600 / 60);
}

std::string percent(const Difference& d) {
  if (d.baseline_median == 0) return d.dev_median == 0 ? "0.0%" : "-";
  return fmt::format("{:+.1f}%", d.change * 100);
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

const char* spoken(Verdict verdict) {
  return verdict == Verdict::truncated ? "no result" : to_string(verdict);
}

Style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return Style::green;
    case Verdict::skipped: return Style::dim;
    case Verdict::truncated: return Style::yellow;
    default: return Style::red;
  }
}

Style style_of(Finding finding) {
  switch (finding) {
    case Finding::worse: return Style::red;
    case Finding::better: return Style::green;
    case Finding::too_few: return Style::yellow;
    case Finding::not_judged: return Style::dim;
    default: return Style::plain;
  }
}

const char* to_string(Better better) {
  switch (better) {
    case Better::higher: return "higher";
    case Better::lower: return "lower";
    case Better::neither: return "neither";
  }
  return "";
}

}  // namespace kdevops::results
