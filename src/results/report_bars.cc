// SPDX-License-Identifier: GPL-2.0-or-later
// Small drawings inside tables.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_plot.h"
#include "results/report_svg.h"
#include "results/words.h"

namespace kdevops::results {

void draw_verdicts(Element parent, const std::vector<std::pair<Verdict, std::size_t>>& counts) {
  double all = 0, x = 0;
  std::string words;
  for (const auto& [verdict, count] : counts) {
    all += static_cast<double>(count);
    if (count > 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count, spoken(verdict));
  }
  if (all == 0) return;
  auto bar = svg(parent, 200, 10, "bar", words);
  set(bar, "preserveAspectRatio", "none");
  // One failure among a thousand is still seen.
  double room = 200;
  for (const auto& [verdict, count] : counts) room -= count > 0 ? 3 : 0;
  for (const auto& [verdict, count] : counts) {
    if (count == 0) continue;
    const double w = 3 + room * static_cast<double>(count) / all;
    tooltip(rectangle(bar, x, 0, w - 0.6, 10, fmt::format("fill-{}", to_string(verdict))),
            fmt::format("{} {}", count, spoken(verdict)));
    x += w;
  }
}

void draw_change(Element parent, double change, double noise, double reach) {
  constexpr double middle = 80, most = 74;
  if (!std::isfinite(change) || !std::isfinite(noise) || !(reach > 0)) return;
  const auto at = [&](double fraction) { return middle + std::clamp(fraction / reach, -1.0, 1.0) * most; };
  auto plot = svg(parent, 2 * middle, 18, "change",
                  fmt::format("change {}, noise {}", percent_text(change), percent_text(noise).substr(1)));
  rectangle(plot, at(-noise), 4, at(noise) - at(-noise), 10, "noise");
  line(plot, middle, 1, middle, 17, "axis");
  line(plot, middle, 9, at(change), 9, "line");
  circle(plot, at(change), 9, 4, "dot");
}

void draw_share(Element parent, double fraction) {
  if (!std::isfinite(fraction)) return;
  auto bar = svg(parent, 100, 8, "bar", "");
  bar.remove_attribute("role");
  bar.remove_attribute("aria-label");
  set(bar, "aria-hidden", "true");
  set(bar, "preserveAspectRatio", "none");
  rectangle(bar, 0, 0, 100 * std::clamp(fraction, 0.0, 1.0), 8, "share");
}

}  // namespace kdevops::results
