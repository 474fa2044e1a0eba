// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/report_plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_svg.h"
#include "results/statistics.h"

namespace kdevops::results {

namespace {

constexpr double width = 400, right = 392;
constexpr std::size_t most_marked = 60;

/// Ticks below the plot, and what they count.
void x_axis(Element plot, const Axis& axis, double left, double bottom, const std::string& name) {
  line(plot, left, bottom, right, bottom, "axis");
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    const double x = axis.at(axis.ticks[i], left, right);
    line(plot, x, bottom, x, bottom + 4, "axis");
    // The last label ends where the plot ends.
    label(plot, std::min(x, width - 8), bottom + 16, x > width - 20 ? "end" : "middle", axis.labels[i]);
  }
  label(plot, (left + right) / 2, bottom + 32, "middle", name);
}

void y_axis(Element plot, const Axis& axis, double left, double top, double bottom) {
  for (std::size_t i = 0; i < axis.ticks.size(); ++i) {
    const double y = axis.at(axis.ticks[i], bottom, top);
    line(plot, left, y, right, y, "grid");
    label(plot, left - 5, y + 4, "end", axis.labels[i]);
  }
}

/// The smallest and the largest of all series. Not for series without a number.
std::pair<double, double> extremes(const std::vector<Series>& series) {
  std::vector<double> all;
  for (const auto& s : series) {
    const auto values = finite(s.values);
    all.insert(all.end(), values.begin(), values.end());
  }
  if (all.empty()) return {0, 1};
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  return {*low, *high};
}

std::string in_words(const PlotLabels& labels, const std::vector<Series>& series, const char* kind) {
  std::string text = fmt::format("{} of {}.", kind, labels.title);
  for (const auto& s : series) {
    const auto values = finite(s.values);
    if (values.empty()) {
      text += fmt::format(" {}: no values.", s.name);
      continue;
    }
    const auto n = five_numbers(values);
    text += fmt::format(" {}: {} value{}, median {}, from {} to {}.", s.name, values.size(),
                        values.size() == 1 ? "" : "s", short_number(n[2]), short_number(n[0]), short_number(n[4]));
  }
  return text;
}

}  // namespace

std::array<double, 5> five_numbers(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double part) {
    const double at = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, values.size() - 1);
    const double share = at - static_cast<double>(below);
    return values[below] * (1 - share) + values[above] * share;
  };
  return {values.front(), quantile(0.25), quantile(0.5), quantile(0.75), values.back()};
}

std::vector<std::pair<std::size_t, double>> thin(const std::vector<double>& values, std::size_t most) {
  std::vector<std::pair<std::size_t, double>> kept;
  const std::size_t stretch = values.size() <= most ? 1 : (2 * values.size() + most - 1) / most;
  for (std::size_t begin = 0; begin < values.size(); begin += stretch) {
    const std::size_t end = std::min(begin + stretch, values.size());
    std::size_t low = begin, high = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(values[i])) low = high = i;
      if (!std::isfinite(values[low])) break;
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    kept.emplace_back(std::min(low, high), values[std::min(low, high)]);
    if (low != high) kept.emplace_back(std::max(low, high), values[std::max(low, high)]);
  }
  return kept;
}

std::vector<double> running_median(const std::vector<double>& values, std::size_t window) {
  std::vector<double> smooth;
  const std::size_t half = window / 2;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t from = i - std::min(i, half), to = std::min(i + half + 1, values.size());
    const auto around = finite({values.begin() + static_cast<std::ptrdiff_t>(from), values.begin() + static_cast<std::ptrdiff_t>(to)});
    smooth.push_back(around.empty() || !std::isfinite(values[i]) ? std::nan("") : median(around));
  }
  return smooth;
}

void draw_lines(Element parent, const PlotLabels& labels, const std::vector<Series>& series) {
  constexpr double left = 46, top = 8, bottom = 164, height = 200;
  std::size_t longest = 0;
  for (const auto& s : series) longest = std::max(longest, s.values.size());
  if (longest == 0) return;
  const auto [low, high] = extremes(series);
  const Axis y = value_axis(low, high, 5);
  const auto x_of = [&](std::size_t i) { return labels.first + labels.step * static_cast<double>(i); };
  const Axis x = count_axis(x_of(0), x_of(longest - 1), 6);
  auto plot = svg(parent, width, height, "plot", in_words(labels, series, "Line plot"));
  const std::size_t window = longest > most_marked ? longest / 60 * 2 + 3 : 0;
  y_axis(plot, y, left, top, bottom);
  x_axis(plot, x, left, bottom, window == 0 ? labels.x : fmt::format("{} (thick: median of {})", labels.x, window));
  const auto path_of = [&](const std::vector<double>& values) {
    std::string path;
    bool pen_down = false;
    for (const auto& [i, value] : thin(values, 360)) {
      if (std::isfinite(value)) {
        path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x.at(x_of(i), left, right), y.at(value, bottom, top));
      }
      pen_down = std::isfinite(value);
    }
    return path;
  };
  for (const auto& s : series) {
    auto group = add(plot, "g", s.css);
    set(add(group, "path", window > 0 ? "raw" : "line"), "d", path_of(s.values));
    if (window > 0) {
      set(add(group, "path", "line"), "d", path_of(running_median(s.values, window)));
      continue;
    }
    for (std::size_t i = 0; i < s.values.size(); ++i) {
      if (!std::isfinite(s.values[i])) continue;
      const auto dot = circle(group, x.at(x_of(i), left, right), y.at(s.values[i], bottom, top),
                              s.values.size() > 30 ? 1.5 : 2.5, "dot");
      tooltip(dot, fmt::format("{}, {} {}: {}", s.name, labels.x,
                               i < labels.names.size() ? labels.names[i] : short_number(x_of(i)),
                               short_number(s.values[i])));
    }
  }
}

void draw_distribution(Element parent, const PlotLabels& labels, const std::vector<Series>& series) {
  constexpr double left = 60, row = 46;
  const double bottom = 6 + row * static_cast<double>(series.size());
  const auto [low, high] = extremes(series);
  const Axis x = value_axis(low, high, 6);
  auto plot = svg(parent, width, bottom + 36, "plot", in_words(labels, series, "Distribution"));
  for (const double tick : x.ticks) line(plot, x.at(tick, left, right), 4, x.at(tick, left, right), bottom, "grid");
  x_axis(plot, x, left, bottom, labels.x);
  double middle = 4 + row / 2;
  for (const auto& s : series) {
    const auto values = finite(s.values);
    auto group = add(plot, "g", s.css);
    label(plot, left - 5, middle + 4, "end", shorten(s.name, 8));
    if (!values.empty()) {
      const auto n = five_numbers(values);
      const auto at = [&](double value) { return x.at(value, left, right); };
      if (values.size() > 2) {
        line(group, at(n[0]), middle, at(n[4]), middle, "whisker");
        rectangle(group, at(n[1]), middle - 11, at(n[3]) - at(n[1]), 22, "box");
      }
      std::size_t i = 0;
      // Points of one value lie in a zigzag, so that they do not hide each other.
      for (const auto& point : thin(values, 240)) {
        circle(group, at(point.second), middle - 12 + static_cast<double>(i++ * 7 % 25), 1.8, "point");
      }
      tooltip(line(group, at(n[2]), middle - 15, at(n[2]), middle + 15, "median"),
              fmt::format("{}: median {}", s.name, short_number(n[2])));
    }
    middle += row;
  }
}

}  // namespace kdevops::results
