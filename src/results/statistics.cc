// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace kdevops::results {

namespace {

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Sum of the squared distances from the mean; 0 when it is only what rounding left of equal numbers.
double squares(const std::vector<double>& values, double center) {
  double sum = 0;
  for (const double v : values) sum += (v - center) * (v - center);
  const double rounding = 1e-9 * center;
  return sum > static_cast<double>(values.size()) * rounding * rounding ? sum : 0;
}

double standard_deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  return std::sqrt(squares(values, mean(values)) / static_cast<double>(values.size() - 1));
}

/// One side's contribution to the variance of the difference, and its degrees of freedom.
struct Side {
  double variance, freedom;
};

Side side_of(Basis basis, const std::vector<double>& values, double spread) {
  const double n = basis == Basis::one_run ? effective_count(values) : static_cast<double>(values.size());
  // The median of normal samples scatters pi/2 times as much as their mean; that of two is their mean.
  const double scatter = values.size() > 2 ? std::acos(-1.0) / 2 : 1;
  return {scatter * spread * spread / n, std::max(n - 1, 1.0)};
}

/// More than half of the samples may be equal (a quantised latency): the MAD is 0 then, and the
/// plain deviation is the careful answer.
double spread_of(Basis basis, const std::vector<double>& values) {
  if (basis != Basis::one_run) return standard_deviation(values);
  const double mad = scaled_mad(values);
  return mad > 0 ? mad : standard_deviation(values);
}

bool enough(Basis basis, const std::vector<double>& values) {
  if (basis != Basis::one_run) return values.size() >= fewest_runs;
  return values.size() >= fewest_intervals && effective_count(values) >= fewest_effective;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

double scaled_mad(const std::vector<double>& values) {
  const double center = median(values);
  std::vector<double> distances;
  for (const double v : values) distances.push_back(std::abs(v - center));
  return 1.4826 * median(std::move(distances));
}

double effective_count(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  if (values.size() < 3) return n;
  const double center = mean(values);
  const double at_zero = squares(values, center);
  if (at_zero == 0) return n;
  double at_one = 0;
  for (std::size_t i = 1; i < values.size(); ++i) at_one += (values[i] - center) * (values[i - 1] - center);
  const double r = std::clamp(at_one / at_zero, 0.0, 0.99);
  return std::max(n * (1 - r) / (1 + r), 1.0);
}

double student_t(double degrees_of_freedom) {
  struct Row {
    double freedom, quantile;
  };
  static constexpr std::array<Row, 17> table{{{1, 63.657}, {2, 9.925}, {3, 5.841}, {4, 4.604},
                                              {5, 4.032}, {6, 3.707}, {7, 3.499}, {8, 3.355},
                                              {9, 3.250}, {10, 3.169}, {12, 3.055}, {15, 2.947},
                                              {20, 2.845}, {30, 2.750}, {60, 2.660}, {120, 2.617},
                                              {1000, 2.581}}};
  double quantile = table.front().quantile;
  for (const auto& row : table) {
    if (row.freedom > degrees_of_freedom + 1e-9) break;
    quantile = row.quantile;
  }
  return quantile;
}

Difference compare(Basis basis, const std::vector<double>& baseline, const std::vector<double>& dev) {
  Difference d;
  d.basis = basis;
  d.baseline_count = baseline.size();
  d.dev_count = dev.size();
  d.baseline_median = median(baseline);
  d.dev_median = median(dev);
  d.baseline_spread = spread_of(basis, baseline);
  d.dev_spread = spread_of(basis, dev);
  const double delta = d.dev_median - d.baseline_median;
  if (d.baseline_median != 0) d.change = delta / d.baseline_median;
  const bool noiseless = basis != Basis::one_run && delta != 0 && d.baseline_spread == 0 && d.dev_spread == 0;
  d.enough = enough(basis, baseline) && enough(basis, dev) &&
             (!noiseless || std::min(baseline.size(), dev.size()) >= fewest_equal_runs ||
              std::abs(delta) > plain_difference * std::max(std::abs(d.baseline_median), std::abs(d.dev_median)));
  if (!d.enough) return d;

  const Side a = side_of(basis, baseline, d.baseline_spread);
  const Side b = side_of(basis, dev, d.dev_spread);
  const double variance = a.variance + b.variance;
  if (variance > 0) {
    const double freedom = variance * variance / (a.variance * a.variance / a.freedom +
                                                  b.variance * b.variance / b.freedom);
    d.noise = student_t(freedom) * std::sqrt(variance);
  }
  d.larger_than_noise = std::abs(delta) > d.noise;
  return d;
}

}  // namespace kdevops::results
