// SPDX-License-Identifier: GPL-2.0-or-later
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "results/statistics.h"

namespace kdevops::results {
namespace {

/// Samples that follow each other: x' = r x + noise around `center`.
std::vector<double> series(std::mt19937& random, std::size_t n, double center, double sd, double r = 0) {
  std::normal_distribution<double> step(0, sd * std::sqrt(1 - r * r));
  std::vector<double> values;
  double x = 0;
  for (std::size_t i = 0; i < n; ++i) {
    x = r * x + step(random);
    values.push_back(center + x);
  }
  return values;
}

TEST(Statistics, MedianAndSpread) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({5, 1, 3}), 3);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_NEAR(scaled_mad({1, 2, 3, 4, 1000}), 1.4826, 1e-9);  // the outlier is not heard
}

TEST(Statistics, StudentsQuantileNeverTooSmall) {
  EXPECT_DOUBLE_EQ(student_t(1), 63.657);
  EXPECT_DOUBLE_EQ(student_t(2.9), 9.925);  // the row below: careful
  EXPECT_DOUBLE_EQ(student_t(8), 3.355);
  EXPECT_DOUBLE_EQ(student_t(1e6), 2.581);
}

TEST(Statistics, SamplesThatFollowEachOtherCountLess) {
  std::mt19937 random(7);
  EXPECT_GT(effective_count(series(random, 1000, 100, 5)), 850);
  EXPECT_LT(effective_count(series(random, 1000, 100, 5, 0.9)), 150);
  EXPECT_EQ(effective_count({1, 1, 1, 1}), 4);
  // The mean of equal numbers is not always that number.
  EXPECT_EQ(effective_count(std::vector<double>(60, 1.34)), 60);
}

TEST(Statistics, AConstantSeriesThatMovesIsADifference) {
  const auto d = compare(Basis::one_run, std::vector<double>(60, 1.34), std::vector<double>(60, 2.68));
  EXPECT_TRUE(d.enough);
  EXPECT_TRUE(d.larger_than_noise);
  EXPECT_EQ(d.noise, 0);
}

TEST(Statistics, FewSamplesSayNothing) {
  const std::vector<double> nine(9, 100.0), other(9, 50.0);
  EXPECT_FALSE(compare(Basis::one_run, nine, other).enough);
  EXPECT_FALSE(compare(Basis::one_run, nine, other).larger_than_noise);
  EXPECT_FALSE(compare(Basis::runs, {100}, {50}).enough);
  EXPECT_FALSE(compare(Basis::runs, {}, {}).enough);
  // Ten samples that only climb are one long drift, not ten pieces of information.
  std::vector<double> drift;
  for (int i = 0; i < 10; ++i) drift.push_back(100 + i);
  EXPECT_FALSE(compare(Basis::one_run, drift, drift).enough);
}

// Two or three equal numbers do not show that there is no noise.
TEST(Statistics, FewEqualRunsSayNothingOfTheNoise) {
  EXPECT_FALSE(compare(Basis::runs, {10, 10}, {12, 12}).enough);
  EXPECT_FALSE(compare(Basis::repetitions, {3.82, 3.82, 3.82}, {3.96, 3.96, 3.96}).enough);
  EXPECT_FALSE(compare(Basis::runs, {10, 10, 10, 10, 10}, {12, 12}).larger_than_noise);
  EXPECT_TRUE(compare(Basis::runs, {10, 10, 10, 10}, {12, 12, 12, 12}).larger_than_noise);
  EXPECT_TRUE(compare(Basis::runs, {10, 10}, {10, 10}).enough);
  EXPECT_TRUE(compare(Basis::repetitions, {100, 100}, {0, 0}).larger_than_noise) << "no chance does that";
}

TEST(Statistics, TwoRunsNeedALargeDifference) {
  EXPECT_FALSE(compare(Basis::runs, {100, 104}, {90, 94}).larger_than_noise);
  EXPECT_TRUE(compare(Basis::runs, {100, 104}, {50, 54}).larger_than_noise);
  EXPECT_TRUE(compare(Basis::runs, {100, 104, 101, 103, 102}, {90, 94, 91, 93, 92}).larger_than_noise);
}

// The promise is 1 %: chance alone must rarely be called a difference, with or without a memory
// in the series.
TEST(Statistics, ChanceIsRarelyADifference) {
  std::mt19937 random(42);
  for (const double r : {0.0, 0.5, 0.8}) {
    int alarms = 0, judged = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto d = compare(Basis::one_run, series(random, 120, 1000, 80, r), series(random, 120, 1000, 80, r));
      judged += d.enough;
      alarms += d.larger_than_noise;
    }
    EXPECT_GT(judged, 800) << r;
    EXPECT_LT(alarms, 35) << r;
  }
  int alarms = 0;
  for (int i = 0; i < 2000; ++i) {
    alarms += compare(Basis::runs, series(random, 3, 1000, 80), series(random, 3, 1000, 80)).larger_than_noise;
  }
  EXPECT_LT(alarms, 40);
  // The median of many runs scatters more than their mean.
  alarms = 0;
  for (int i = 0; i < 4000; ++i) {
    alarms += compare(Basis::repetitions, series(random, 20, 1000, 80), series(random, 20, 1000, 80)).larger_than_noise;
  }
  EXPECT_LT(alarms, 60);
}

TEST(Statistics, APlantedDropIsFound) {
  std::mt19937 random(3);
  int found = 0;
  for (int i = 0; i < 200; ++i) {
    const auto d = compare(Basis::one_run, series(random, 120, 1000, 80, 0.3), series(random, 120, 920, 80, 0.3));
    found += d.larger_than_noise && d.change < 0;
  }
  EXPECT_GT(found, 180);
}

}  // namespace
}  // namespace kdevops::results
