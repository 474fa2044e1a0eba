// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

namespace kdevops::results {

/// Middle value; of an even count the mean of the two. 0 without samples.
double median(std::vector<double> values);
/// Median of the absolute distances from the median, times 1.4826: comparable to a standard
/// deviation, deaf to outliers.
double scaled_mad(const std::vector<double>& values);
/// Samples that carry independent information: n (1 - r) / (1 + r), r the autocorrelation at lag
/// one, at least 0. The seconds of one run follow each other and say less than their number.
double effective_count(const std::vector<double>& values);

/// Where the samples of a comparison come from, and so which noise they can show.
enum class Basis {
  one_run,  ///< the intervals inside one run per side: the noise between runs stays unknown
  repetitions,  ///< iterations inside one run per side: each is a measurement for itself
  runs,     ///< one value per run
};

enum class Finding {
  better,        ///< differs, by more than the noise
  worse,
  same,          ///< no difference larger than the noise and the threshold
  too_few,       ///< not enough samples to tell
  not_judged,    ///< the metric has no better direction
};

/// Two sides of one metric.
struct Difference {
  Basis basis = Basis::one_run;
  std::size_t baseline_count = 0, dev_count = 0;
  double baseline_median = 0, dev_median = 0;
  double baseline_spread = 0, dev_spread = 0;  ///< one_run: scaled MAD; otherwise standard deviation
  double change = 0;      ///< dev_median / baseline_median - 1; 0 when baseline_median is 0
  bool enough = false;    ///< enough samples to tell; the rest is 0 and false without them
  double noise = 0;       ///< the difference of the medians that chance explains (99 %)
  bool larger_than_noise = false;
};

/// Fewest samples of a side that say anything: intervals of one run, how many of them after
/// discounting (effective_count), runs or repetitions; and of these when they are equal on both sides,
/// which two or three may be by chance, unless the difference is plain: a quarter of the larger median.
inline constexpr std::size_t fewest_intervals = 10;
inline constexpr double fewest_effective = 5;
inline constexpr std::size_t fewest_runs = 2;
inline constexpr std::size_t fewest_equal_runs = 4;
inline constexpr double plain_difference = 0.25;

/// Compares the medians. The noise is Student's t at 99 %, two-sided, with Welch's degrees of
/// freedom: few runs need a large difference, which is the honest answer. The standard error is that
/// of a median, inside one run with the effective count.
Difference compare(Basis basis, const std::vector<double>& baseline, const std::vector<double>& dev);

/// The 99.5 % quantile of Student's t, rounded up to the next tabulated degree of freedom below.
double student_t(double degrees_of_freedom);

}  // namespace kdevops::results
