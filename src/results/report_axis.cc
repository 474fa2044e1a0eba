// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/report_axis.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace kdevops::results {

namespace {

/// Beyond them differences and powers of ten leave the range of a double.
constexpr double largest = 1e300, smallest = 1e-290;

/// The smallest of 1, 2, 5 times a power of ten that makes at most `wanted` + 1 steps of `range`.
double round_step(double range, int wanted) {
  const double rough = range / (wanted + 1.5);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power) return factor * power;
  }
  return 10 * power;
}

struct Unit {
  double size;
  const char* name;
};

Unit unit_of(double value) {
  for (const Unit& unit : {Unit{1e12, "T"}, Unit{1e9, "G"}, Unit{1e6, "M"}, Unit{1e4, "k"}}) {
    if (value >= unit.size && value < 1e15) return unit.size == 1e4 ? Unit{1e3, "k"} : unit;
  }
  return {1, ""};
}

/// Labels with as many digits as tell neighbours apart.
std::vector<std::string> labels_of(const std::vector<double>& ticks, double step) {
  const double size = std::max(std::abs(ticks.front()), std::abs(ticks.back()));
  const Unit unit = unit_of(size);
  std::vector<std::string> labels;
  for (const double tick : ticks) {
    if (size >= 1e15 || size < 1e-4) {
      labels.push_back(tick == 0 ? "0" : fmt::format("{:.3g}", tick));
      continue;
    }
    const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step / unit.size) - 1e-9)), 0, 9);
    labels.push_back(tick == 0 ? "0" : fmt::format("{:.{}f}{}", tick / unit.size, digits, unit.name));
  }
  return labels;
}

Axis with_ticks(double low, double high, double step) {
  Axis axis{low, high, {}, {}};
  // By whole multiples: adding the step up would miss the last tick by a rounding error.
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double i = first; i <= last; ++i) axis.ticks.push_back(i == 0 ? 0 : i * step);
  if (axis.ticks.size() < 2) axis.ticks = {low, high};
  axis.labels = labels_of(axis.ticks, step);
  return axis;
}

}  // namespace

double Axis::at(double value, double from, double to) const {
  return from + std::clamp((value - low) / (high - low), 0.0, 1.0) * (to - from);
}

Axis value_axis(double low, double high, int wanted) {
  const auto usable = [](double v) {
    return std::isfinite(v) && std::abs(v) >= smallest ? std::clamp(v, -largest, largest) : 0.0;
  };
  low = usable(low);
  high = usable(high);
  if (low > high) std::swap(low, high);
  if (low > 0 && low < high / 2) low = 0;
  if (high < 0 && high > low / 2) high = 0;
  const double size = std::max(std::abs(low), std::abs(high));
  const double range = size > 0 ? std::max(high - low, size / 20) : 1;
  const double room = (range - (high - low)) / 2 + range * 0.06;
  if (low != 0) low -= room;
  if (high != 0 || low == 0) high += room;
  return with_ticks(low, high, round_step(high - low, wanted));
}

Axis count_axis(double low, double high, int wanted) {
  const auto usable = [](double v) { return std::isfinite(v) ? std::clamp(v, -1e15, 1e15) : 0.0; };
  low = usable(low);
  high = std::max(usable(high), low + 1);
  return with_ticks(low, high, std::max(1.0, round_step(high - low, wanted)));
}

std::vector<double> finite(const std::vector<double>& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double v) { return std::isfinite(v) && std::abs(v) <= largest; });
  return kept;
}

std::string short_number(double value) {
  if (!std::isfinite(value)) return "–";
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size >= 1e15 || size < 1e-3) return fmt::format("{:.3g}", value);
  const Unit unit = unit_of(size);
  const double scaled = size / unit.size;
  const int digits = scaled >= 1000 ? 0 : scaled >= 100 ? (unit.size == 1 ? 1 : 0) : scaled >= 10 ? 1 : scaled >= 1 ? 2 : 3;
  return fmt::format("{:.{}f}{}", value / unit.size, digits, unit.name);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "–";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string percent_text(double fraction) {
  if (!std::isfinite(fraction)) return "–";
  const double percent = fraction * 100;
  return std::abs(percent) >= 99.95 ? fmt::format("{:+.0f} %", percent) : fmt::format("{:+.1f} %", percent);
}

}  // namespace kdevops::results
