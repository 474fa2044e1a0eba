// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace kdevops::results {

/// A stretch of numbers with round ticks, drawn between two coordinates.
struct Axis {
  double low = 0, high = 1;   ///< low < high, both finite
  std::vector<double> ticks;  ///< inside the stretch, ascending, at least two
  std::vector<std::string> labels;

  /// Where `value` is between the coordinates `from` (low) and `to` (high).
  double at(double value, double from, double to) const;
};

/// An axis for values from `low` to `high`, at most `wanted` + 2 ticks. Amounts that are not far from
/// zero start there; the others get room on both sides, and never so little that one hundredth looks
/// like half. All values equal, zero, huge or reversed: there is always an axis.
Axis value_axis(double low, double high, int wanted);

/// An axis that is exactly `low` to `high`: time, iterations. Ticks are whole numbers.
Axis count_axis(double low, double high, int wanted);

/// The numbers among `values`: no NaN, no infinity, nothing so large that a difference is one.
std::vector<double> finite(const std::vector<double>& values);

/// "0", "0.012", "12.3", "812", "12.3k", "4.5M", "1e+21".
std::string short_number(double value);

/// "0.4 s", "12 s", "3 min 04 s", "2 h 05 min".
std::string duration_text(double seconds);

/// "+4.2 %", "-12 %".
std::string percent_text(double fraction);

}  // namespace kdevops::results
