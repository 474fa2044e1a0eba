// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>
#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "results/compare.h"
#include "results/load.h"
#include "results/render.h"
#include "support/error.h"

namespace kdevops::results {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string samples = std::string(KDEVOPS_SOURCE_DIR) + "/tests/samples/sysbench/";

/// A directory of our own, gone at the end.
struct Scratch {
  std::string path;
  Scratch() {
    std::string name = (fs::temp_directory_path() / "results.XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(path); }
};

Test benchmark(std::vector<double> tps, Verdict verdict = Verdict::passed) {
  Test test{"oltp", verdict, verdict == Verdict::passed ? "" : "because", {}};
  test.metrics.push_back({"transactions per second", Better::higher, std::move(tps), 1});
  return test;
}

Node node(std::string name, std::vector<double> tps, Verdict verdict = Verdict::passed) {
  Node n;
  n.name = std::move(name);
  n.dev = n.name.ends_with("-dev");
  n.suite = "sysbench";
  n.kernel = "6.18";
  n.tests.push_back(benchmark(std::move(tps), verdict));
  return n;
}

std::vector<double> around(double center) {
  static std::mt19937 random(11);
  std::normal_distribution<double> noise(0, center / 20);
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back(center + noise(random));
  return values;
}

TEST(Load, ReadsARunOfOurPlaybook) {
  const auto runs = load(support::RealFiles(), samples + "ab", Which::all);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].id, "20261121T024919Z");
  ASSERT_EQ(runs[0].nodes.size(), 2u);
  const Node& dev = runs[0].nodes[1];
  EXPECT_EQ(dev.name, "kdevops-xfs-reflink-4k-dev");
  EXPECT_TRUE(dev.dev);
  EXPECT_EQ(dev.pair(), "kdevops-xfs-reflink-4k");
  EXPECT_EQ(dev.kernel, "6.18.44");
  EXPECT_EQ(dev.settings.at("full_page_writes"), "off");
  EXPECT_EQ(dev.settings.at("seconds"), "10");
  ASSERT_EQ(dev.tests.size(), 1u);
  EXPECT_EQ(dev.tests[0].name, "xfs_reflink_4k");
  EXPECT_EQ(dev.tests[0].verdict, Verdict::passed);
  EXPECT_EQ(dev.tests[0].metric("WAL full page images per event")->samples.at(0), 0);
  EXPECT_GT(runs[0].nodes[0].tests[0].metric("WAL full page images per event")->samples.at(0), 0);
}

TEST(Load, FindsRunsThroughTheLinksAndCountsEachOnce) {
  Scratch scratch;
  const auto copy = fs::copy_options::recursive;
  fs::copy(samples + "ab/20261121T024919Z", scratch.path + "/20261121T024919Z", copy);
  fs::copy(samples + "ab/20261121T024919Z", scratch.path + "/20261122T000000Z", copy);
  fs::create_directory_symlink("20261122T000000Z", scratch.path + "/last-run");
  fs::create_directory_symlink("20261122T000000Z/kdevops-xfs-reflink-4k", scratch.path + "/kdevops-xfs-reflink-4k");
  support::RealFiles().write(scratch.path + "/last-kernel.txt", "6.18.44\n", 0644);
  const auto ids = [](const std::vector<results::Run>& runs) {
    std::vector<std::string> names;
    for (const auto& run : runs) names.push_back(run.id);
    return names;
  };
  EXPECT_THAT(ids(load(support::RealFiles(), scratch.path, Which::last)), ElementsAre("20261122T000000Z"));
  EXPECT_THAT(ids(load(support::RealFiles(), scratch.path, Which::all)),
              ElementsAre("20261121T024919Z", "20261122T000000Z"));
  const auto one = load(support::RealFiles(), scratch.path + "/kdevops-xfs-reflink-4k", Which::last);
  EXPECT_EQ(one.at(0).nodes.at(0).name, "kdevops-xfs-reflink-4k");
}

TEST(Load, ReadsKdevopsOwnLayout) {
  Scratch scratch;
  for (const char* host : {"demo-xfs-reflink-16k", "demo-xfs-reflink-16k-dev"}) {
    fs::create_directories(scratch.path + "/" + host);
    fs::copy(samples + "run.txt", scratch.path + "/" + host + "/sysbench_tps.txt");
  }
  fs::create_directories(scratch.path + "/demo-xfs-reflink-16k-ab");  // plots only
  const auto runs = load(support::RealFiles(), scratch.path, Which::last);
  ASSERT_EQ(runs.at(0).nodes.size(), 2u);
  EXPECT_TRUE(runs[0].nodes[1].dev);
  EXPECT_FALSE(compare_sides(runs, default_threshold).regressed());
}

TEST(Load, AnInterruptedRunIsTruncated) {
  const auto runs = load(support::RealFiles(), samples + "interrupted", Which::all);
  const results::Test& test = runs.at(0).nodes.at(0).tests.at(0);
  EXPECT_EQ(test.verdict, Verdict::truncated);
  EXPECT_THAT(test.reason, HasSubstr("without final statistics"));
}

TEST(Load, RunJsonKnowsWhatTheOutputDoesNotSay) {
  Scratch scratch;
  const std::string host = scratch.path + "/n";
  support::RealFiles files;
  files.write(host + "/sysbench_output.txt", files.read_or_throw(samples + "run.txt"), 0644);
  const auto verdict = [&](const std::string& record) {
    files.write(host + "/run.json", record, 0644);
    return load(files, host, Which::last).at(0).nodes.at(0).tests.at(0);
  };
  EXPECT_EQ(verdict(R"({"workflow":"sysbench","exit_status":0})").verdict, Verdict::passed);
  EXPECT_THAT(verdict(R"({"workflow":"sysbench","exit_status":139})").reason, HasSubstr("signal 11"));
  EXPECT_THAT(verdict(R"({"workflow":"sysbench","exit_status":124})").reason, HasSubstr("did not end in time"));
  EXPECT_EQ(verdict(R"({"workflow":"sysbench","exit_status":1})").verdict, Verdict::failed);
  EXPECT_THAT(verdict(R"({"workflow":"sysbench","failure":"Start the server: no space"})").reason,
              HasSubstr("Start the server: no space"));
  verdict("{\"workflow\":\"sys");
  EXPECT_THAT(load(files, host, Which::last).at(0).nodes.at(0).problems, ElementsAre(HasSubstr("run.json is cut")));
  // A run that broke before sysbench wrote anything is still a result.
  files.remove(host + "/sysbench_output.txt");
  const results::Test nothing = verdict(R"({"workflow":"sysbench","exit_status":null,"failure":""})");
  EXPECT_EQ(nothing.verdict, Verdict::truncated);
}

TEST(Load, SaysWhatItLookedFor) {
  Scratch scratch;
  try {
    load(support::RealFiles(), scratch.path, Which::last);
    FAIL();
  } catch (const support::Error& e) {
    EXPECT_EQ(e.where(), scratch.path);
    EXPECT_THAT(e.hint(), HasSubstr("sysbench_output.txt"));
  }
  EXPECT_THROW(load(support::RealFiles(), scratch.path + "/none", Which::last), support::Error);
}

TEST(Compare, FindsExactlyThePlantedRegression) {
  const std::vector<results::Run> runs{{"r", {node("p-a", around(1000)), node("p-a-dev", around(1000)),
                                     node("p-b", around(1000)), node("p-b-dev", around(850)),
                                     node("p-c", around(500)), node("p-c-dev", around(600))}}};
  const auto c = compare_sides(runs, default_threshold);
  EXPECT_TRUE(c.regressed());
  EXPECT_FALSE(c.failed());
  ASSERT_EQ(c.metrics.size(), 3u);
  EXPECT_EQ(c.metrics[0].pair, "p-b");
  EXPECT_EQ(c.metrics[0].finding, Finding::worse);
  EXPECT_NEAR(c.metrics[0].difference.change, -0.15, 0.03);
  EXPECT_EQ(c.metrics[1].pair, "p-c");
  EXPECT_EQ(c.metrics[1].finding, Finding::better);
  EXPECT_EQ(c.metrics[2].finding, Finding::same);
  EXPECT_THAT(comparison_text(c, -1), HasSubstr("1 regression, 1 improvement, 1 without a difference; 3 tests passed on both sides"));
}

TEST(Compare, ALatencyThatFallsIsBetter) {
  Node before = node("p-a", {}), after = node("p-a-dev", {});
  before.tests[0].metrics = {{"latency", Better::lower, around(10), 1}};
  after.tests[0].metrics = {{"latency", Better::lower, around(5), 1}};
  const auto c = compare_sides({{"r", {before, after}}}, default_threshold);
  EXPECT_EQ(c.metrics.at(0).finding, Finding::better);
}

TEST(Compare, SmallerThanTheThresholdIsNoFinding) {
  std::vector<double> before, after;
  for (int i = 0; i < 60; ++i) {
    before.push_back(1000 + i % 2);
    after.push_back(990 + i % 2);
  }
  const std::vector<results::Run> runs{{"r", {node("p-a", before), node("p-a-dev", after)}}};
  EXPECT_EQ(compare_sides(runs, 0.02).metrics.at(0).finding, Finding::same);
  EXPECT_EQ(compare_sides(runs, 0.005).metrics.at(0).finding, Finding::worse);
}

TEST(Compare, ATestThatNoLongerPassesIsARegression) {
  for (const Verdict bad : {Verdict::failed, Verdict::truncated}) {
    const auto c = compare_sides({{"r", {node("p-a", around(10)), node("p-a-dev", around(10), bad)}}}, 0.02);
    EXPECT_TRUE(c.regressed());
    EXPECT_TRUE(c.failed());
    EXPECT_TRUE(c.metrics.empty());  // numbers of a broken run are not compared
    EXPECT_THAT(comparison_text(c, -1), HasSubstr("because"));
  }
  const auto fixed = compare_sides({{"r", {node("p-a", {}, Verdict::failed), node("p-a-dev", around(10))}}}, 0.02);
  EXPECT_FALSE(fixed.regressed());
  EXPECT_TRUE(fixed.failed());
  EXPECT_EQ(fixed.tests.at(0).finding, Finding::better);
}

TEST(Compare, AMissingSideIsNoPass) {
  const auto c = compare_sides({{"r", {node("p-a", around(10)), node("p-a-dev", around(10)), node("p-b", around(10))}}}, 0.02);
  EXPECT_TRUE(c.regressed());
  EXPECT_EQ(c.tests.at(0).pair, "p-b");
  EXPECT_EQ(c.tests.at(0).dev_reason, "no result");
  EXPECT_THROW(compare_sides({{"r", {node("p-a", around(10))}}}, 0.02), support::Error);
}

TEST(Compare, OneValueIsNotEnoughAndSeveralRunsAre) {
  const auto run = [](const char* id, double a, double b) {
    return results::Run{id, {node("p-a", {a}), node("p-a-dev", {b})}};
  };
  EXPECT_EQ(compare_sides({run("1", 100, 50)}, 0.02).metrics.at(0).finding, Finding::too_few);
  const auto c = compare_sides({run("1", 100, 50), run("2", 101, 51), run("3", 99, 49)}, 0.02);
  EXPECT_EQ(c.metrics.at(0).difference.basis, Basis::runs);
  EXPECT_EQ(c.metrics.at(0).finding, Finding::worse);
}

TEST(Compare, LeavesOutRunsOfAnotherKernelAndSaysSo) {
  results::Run old{"1", {node("p-a", around(10)), node("p-a-dev", around(10))}};
  results::Run now{"2", {node("p-a", around(10)), node("p-a-dev", around(10))}};
  old.nodes[1].kernel = "6.17";
  now.nodes[1].settings["full_page_writes"] = "off";
  const auto c = compare_sides({old, now}, 0.02);
  EXPECT_THAT(c.notes, ElementsAre(HasSubstr("p-a (dev): 1 earlier run left out"),
                                   "p-a: full_page_writes ? -> off"));
  EXPECT_EQ(c.metrics.at(0).difference.basis, Basis::one_run);
}

TEST(Compare, TwoRunsOrTwoNodes) {
  const std::vector<results::Run> before{{"1", {node("p-a", around(1000))}}}, after{{"2", {node("p-a", around(700))}}};
  EXPECT_TRUE(compare_runs(before, after, 0.02).regressed());
  EXPECT_FALSE(compare_runs(after, before, 0.02).regressed());
  EXPECT_NO_THROW(compare_runs(before, {{"2", {node("q-z", around(1000))}}}, 0.02));
  const std::vector<results::Run> two{{"2", {node("q-y", around(1)), node("q-z", around(1))}}};
  EXPECT_THROW(compare_runs(before, two, 0.02), support::Error);
}

TEST(Render, JsonSaysWhatTheTableSays) {
  const std::vector<results::Run> runs{{"r", {node("p-a", around(1000)), node("p-a-dev", around(700))}}};
  const auto c = nlohmann::json::parse(comparison_json(compare_sides(runs, 0.02)));
  EXPECT_EQ(c["regressed"], true);
  EXPECT_EQ(c["metrics"][0]["finding"], "worse");
  EXPECT_EQ(c["metrics"][0]["baseline"]["count"], 60);
  const auto s = nlohmann::json::parse(summary_json(runs));
  EXPECT_EQ(s["runs"][0]["nodes"][1]["role"], "dev");
  EXPECT_EQ(s["runs"][0]["nodes"][1]["tests"][0]["metrics"][0]["samples"].size(), 60u);
}

TEST(Render, ForeignTextCannotBreakTheTable) {
  std::vector<results::Run> runs{{"r", {node("p-a", {}, Verdict::failed)}}};
  runs[0].nodes[0].tests[0].reason = "two\nlines \033[31mand\t\xff";
  const std::string text = summary_text(runs, -1);
  EXPECT_THAT(text, HasSubstr("two lines"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_NO_THROW(nlohmann::json::parse(summary_json(runs)));
}

}  // namespace
}  // namespace kdevops::results
