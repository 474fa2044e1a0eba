// SPDX-License-Identifier: GPL-2.0-or-later
// What is made of results: JUnit XML, comparisons over separate runs, expunge lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include "results/compare.h"
#include "results/expunge.h"
#include "results/render.h"
#include "results_samples.h"
#include "support/error.h"

namespace kdevops::results {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string fstests_run = "fstests/20261121T031502Z";

Node functional(std::string name, std::vector<results::Test> tests) {
  Node node;
  node.name = std::move(name);
  node.dev = node.name.ends_with("-dev");
  node.suite = "fstests";
  node.kernel = "6.18";
  node.section = "xfs_crc";
  node.tests = std::move(tests);
  return node;
}

results::Test test(const char* name, Verdict verdict, const char* reason = "") { return {name, verdict, reason}; }

TEST(Junit, HasASuitePerNodeWithItsCounts) {
  const auto runs = load(support::RealFiles(), sample_directory + fstests_run, Which::last);
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(summary_junit(runs).c_str()));
  const auto root = document.child("testsuites");
  std::size_t suites = 0;
  for (const auto& suite : root.children("testsuite")) {
    ++suites;
    std::size_t cases = 0, failures = 0, errors = 0, skips = 0;
    for (const auto& one : suite.children("testcase")) {
      ++cases;
      failures += one.child("failure") ? 1 : 0;
      errors += one.child("error") ? 1 : 0;
      skips += one.child("skipped") ? 1 : 0;
      EXPECT_STRNE(one.attribute("classname").value(), "");
      EXPECT_STRNE(one.attribute("name").value(), "");
      EXPECT_STRNE(one.attribute("time").value(), "");
    }
    EXPECT_EQ(suite.attribute("tests").as_uint(), cases);
    EXPECT_EQ(suite.attribute("failures").as_uint(), failures);
    EXPECT_EQ(suite.attribute("errors").as_uint(), errors);
    EXPECT_EQ(suite.attribute("skipped").as_uint(), skips);
  }
  EXPECT_EQ(suites, 2u);
  const auto crc = root.child("testsuite");
  EXPECT_STREQ(crc.attribute("name").value(), "fstests.kdevops-xfs-crc");
  EXPECT_EQ(crc.attribute("failures").as_uint(), 2u);
}

TEST(Junit, HoldsForeignBytes) {
  Node node = functional("n", {test("a", Verdict::failed, "bad \x01 \xff byte <&>]]>")});
  node.tests[0].excerpt = "\x1b[31mred\x02 \xc3\x28";
  pugi::xml_document document;
  const std::string xml = summary_junit({{"r", {node}}});
  ASSERT_TRUE(document.load_string(xml.c_str()));
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_EQ(xml.find('\xff'), std::string::npos);
}

TEST(Summary, CountsFirstThenOnlyWhatDidNotPass) {
  const auto runs = load(support::RealFiles(), sample_directory + fstests_run, Which::last);
  const std::string text = summary_text(runs, -1);
  EXPECT_THAT(text, AllOf(HasSubstr("generic/003"), HasSubstr("crashed"), HasSubstr("crash-1.txt")));
  EXPECT_THAT(text, Not(HasSubstr("generic/001")));
  EXPECT_EQ(exit_status(runs), 6);
}

TEST(Load, TakesEachNodesNewestRun) {
  ScratchDirectory scratch;
  const auto add = [&](const char* run, const char* node) {
    fs::create_directories(scratch.path + "/" + run + "/" + node);
    fs::copy(sample_directory + fstests_run + "/kdevops-xfs-crc", scratch.path + "/" + run + "/" + node,
             fs::copy_options::recursive);
    fs::remove(scratch.path + "/" + run + "/" + node + "/run.json");
  };
  add("20261121T000000Z", "n");
  add("20261121T000000Z", "n-dev");
  add("20261122T000000Z", "n");
  add("20261123T000000Z", "n-dev");
  const auto newest = load(support::RealFiles(), scratch.path, Which::newest);
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].id, "20261122T000000Z");
  EXPECT_EQ(newest[0].nodes.at(0).name, "n");
  EXPECT_EQ(newest[1].nodes.at(0).name, "n-dev");
  EXPECT_EQ(load(support::RealFiles(), scratch.path, Which::last).size(), 1u);
  EXPECT_EQ(load(support::RealFiles(), scratch.path, Which::all).size(), 3u);
  EXPECT_EQ(exit_status(compare_sides(newest, default_threshold)), 0);  // the same tests fail on both
}

TEST(Compare, SortsTestsByWhatBecameOfThem) {
  const Node before = functional("n", {test("a", Verdict::passed), test("b", Verdict::failed), test("c", Verdict::failed),
                                       test("d", Verdict::failed), test("gone", Verdict::passed)});
  const Node after = functional("n-dev", {test("a", Verdict::failed, "why"), test("b", Verdict::passed),
                                          test("c", Verdict::failed), test("d", Verdict::crashed, "panic"),
                                          test("new", Verdict::passed)});
  const auto c = compare_sides({{"1", {before}}, {"2", {after}}}, 0.02);
  std::map<std::string, Finding> found;
  for (const auto& row : c.tests) found[row.test] = row.finding;
  EXPECT_EQ(found["a"], Finding::worse);
  EXPECT_EQ(found["b"], Finding::better);
  EXPECT_EQ(found["c"], Finding::same);
  EXPECT_EQ(found["d"], Finding::worse);
  EXPECT_EQ(found["gone"], Finding::same);
  const std::string text = comparison_text(c, -1);
  EXPECT_LT(text.find("regressions"), text.find("fixed"));
  EXPECT_THAT(text, AllOf(HasSubstr("1 test only on dev (new)"), HasSubstr("1 test only on baseline")));
  EXPECT_EQ(exit_status(c), 6);
}

TEST(Compare, BrokenResultsConcludeNothing) {
  Node before = functional("n", {test("a", Verdict::passed)}), after = functional("n-dev", {test("a", Verdict::passed)});
  EXPECT_EQ(exit_status(compare_sides({{"1", {before, after}}}, 0.02)), 0);
  after.problems = {"result.xml: cut"};
  EXPECT_EQ(exit_status(compare_sides({{"1", {before, after}}}, 0.02)), 1);
  after = functional("n-dev", {test("a", Verdict::failed)});
  before = functional("n", {test("a", Verdict::failed)});
  EXPECT_EQ(exit_status(compare_sides({{"1", {before, after}}}, 0.02)), 1);  // nothing passed on both
}

TEST(Compare, IterationsAreMeasurementsOfTheirOwn) {
  Node before = functional("n", {test("thp", Verdict::passed)}), after = functional("n-dev", {test("thp", Verdict::passed)});
  before.tests[0].metrics = {{"elapsed seconds", Better::lower, {20, 20.1, 20.2}}};
  after.tests[0].metrics = {{"elapsed seconds", Better::lower, {25, 25.1, 25.2}}};
  const auto c = compare_sides({{"1", {before, after}}}, 0.02);
  EXPECT_EQ(c.metrics.at(0).difference.basis, Basis::repetitions);
  EXPECT_EQ(c.metrics.at(0).finding, Finding::worse);
}

TEST(Expunge, AddsWhatNoListNames) {
  ScratchDirectory scratch;
  const std::string list = "6.18/xfs/unassigned/xfs_crc.txt";
  scratch.write(list, "# known\ngeneric/003  # seen\n\ngeneric/010");
  scratch.write("6.18/xfs/assigned/P1/all.txt", "generic/004 # bug 12\n");
  const std::vector<results::Run> runs{{"r", {functional("n", {test("generic/001", Verdict::passed), test("generic/003", Verdict::failed),
                                                      test("generic/004", Verdict::failed), test("generic/005", Verdict::crashed, "the guest panicked"),
                                                      test("generic/006", Verdict::truncated), test("generic/007", Verdict::failed, "output mismatch")})}}};
  const auto changes = expunge_changes(support::RealFiles(), runs, scratch.path);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].path, scratch.path + "/" + list);
  EXPECT_THAT(changes[0].added, ElementsAre("generic/005", "generic/007"));
  EXPECT_EQ(changes[0].after, "# known\ngeneric/003  # seen\n\ngeneric/010\n"
                              "generic/005  # the guest panicked\ngeneric/007  # output mismatch\n");
  EXPECT_EQ(unified_diff(changes[0]), "--- " + changes[0].path + "\n+++ " + changes[0].path +
                                          "\n@@ -1,4 +1,6 @@\n # known\n generic/003  # seen\n \n-generic/010\n"
                                          "\\ No newline at end of file\n+generic/010\n"
                                          "+generic/005  # the guest panicked\n+generic/007  # output mismatch\n");
  // Once more, after it was applied: nothing is new.
  scratch.write(list, changes[0].after);
  EXPECT_THAT(expunge_changes(support::RealFiles(), runs, scratch.path), IsEmpty());
}

TEST(Expunge, ANewListComesFromNothing) {
  ScratchDirectory scratch;
  Node node = functional("n", {test("block/001", Verdict::hung, "the guest hung")});
  node.suite = "blktests";
  const auto changes = expunge_changes(support::RealFiles(), {{"r", {node}}}, scratch.path);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].path, scratch.path + "/6.18/failures.txt");
  EXPECT_THAT(unified_diff(changes[0]), HasSubstr("--- /dev/null\n+++ " + changes[0].path + "\n@@ -0,0 +1,1 @@\n+block/001\n"));
}

TEST(Expunge, ACrashBetweenTwoTestsIsNoTest) {
  const support::MemoryFiles files;
  EXPECT_THAT(expunge_changes(files, {{"r", {functional("n", {test("no test", Verdict::crashed)})}}}, "lists"), IsEmpty());
}

TEST(Expunge, RefusesWhatItCannotPlace) {
  const support::MemoryFiles files;
  Node node = functional("n", {test("generic/001", Verdict::failed)});
  node.kernel = "";
  EXPECT_THROW(expunge_changes(files, {{"r", {node}}}, "lists"), support::Error);
  node.kernel = "../..";
  EXPECT_THROW(expunge_changes(files, {{"r", {node}}}, "lists"), support::Error);
  node.suite = "ltp";
  EXPECT_THROW(expunge_changes(files, {{"r", {node}}}, "lists"), support::Error);
}

}  // namespace
}  // namespace kdevops::results
