// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "results/model.h"
#include "results/report_html.h"

namespace kdevops::results {

// Plots as inline SVG: shapes with classes, colours and fonts are the template's. Each is drawn in
// 400 units of width, so that its text has a readable size on a phone and on a desk, and carries in
// aria-label what it shows.

/// One line or cloud of a plot. Values that are no numbers are gaps.
struct Series {
  std::string name;            ///< "baseline", "dev"
  std::string css;             ///< "a" or "b": colour and dash
  std::vector<double> values;
};

struct PlotLabels {
  std::string title;  ///< for the text alternative: "transactions per second of kdevops-xfs"
  std::string x;      ///< "seconds", "iteration"
  double first = 0;   ///< x of the first value
  double step = 1;    ///< between two values
  std::vector<std::string> names;  ///< of single values, for their tooltips; may be empty
};

/// Values one after the other, all series over the same axes. Up to 60 values are marked one by one;
/// more of them are a thin line, thinned to what a screen can show with the extremes kept, below the
/// thick one of their running median.
void draw_lines(Element parent, const PlotLabels& labels, const std::vector<Series>& series);

/// Each series as a row: every value a point, with median, quartiles and extremes.
void draw_distribution(Element parent, const PlotLabels& labels, const std::vector<Series>& series);

/// How many of each verdict, as one bar.
void draw_verdicts(Element parent, const std::vector<std::pair<Verdict, std::size_t>>& counts);

/// A change against its noise, zero in the middle; `reach`: the fraction at both ends.
void draw_change(Element parent, double change, double noise, double reach);

/// A bar from zero to `fraction` of the width.
void draw_share(Element parent, double fraction);

/// Smallest, lower quartile, median, upper quartile, largest. Not for an empty list.
std::array<double, 5> five_numbers(std::vector<double> values);

/// The median of the `window` values around each; a gap stays a gap.
std::vector<double> running_median(const std::vector<double>& values, std::size_t window);

/// What is drawn of `values`: at most about `most` points (index, value); of every stretch of the rest
/// its smallest and its largest. A value that is no number stays, as the gap that it is.
std::vector<std::pair<std::size_t, double>> thin(const std::vector<double>& values, std::size_t most);

}  // namespace kdevops::results
