// SPDX-License-Identifier: GPL-2.0-or-later
// Results that are cut, missing, huge or not what they say: never a pass, never the end of the tool.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/archive.h"
#include "results/ltp.h"
#include "results/render.h"
#include "results/tap.h"
#include "results/text.h"
#include "results_samples.h"

namespace kdevops::results {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// The nodes of all samples, by "<suite>/<run>/<node>".
std::vector<std::string> sample_nodes() {
  std::vector<std::string> nodes;
  for (const char* suite : {"fstests", "blktests", "selftests", "tap", "ltp", "pynfs", "gitr", "mmtests"}) {
    const std::string run = std::string(suite) + "/20261121T031502Z";
    for (const auto& entry : fs::directory_iterator(sample_directory + run)) nodes.push_back(run + "/" + entry.path().filename().string());
  }
  return nodes;
}

/// What the suite itself wrote, not our runner: its loss is what a cut means here.
bool is_native(const fs::path& path) {
  const auto name = path.filename().string();
  const bool ours = name == "tests" || name == "crashed" || name == "exit_status" || name == "run.json" ||
                    name == "output.log" || name.starts_with("crash-");
  return !ours;
}

std::vector<std::size_t> offsets(std::size_t size) {
  std::vector<std::size_t> found;
  const std::size_t step = size < 3000 ? 23 : size / 100;
  for (std::size_t at = 0; at < size; at += step) found.push_back(at);
  for (std::size_t back = 1; back < 25 && back < size; ++back) found.push_back(size - back);
  return found;
}

class Cut : public ::testing::TestWithParam<std::string> {};

// A test that is passed after a cut was passed before it, and what is lost is not called passed.
TEST_P(Cut, NeverTurnsAnythingIntoAPass) {
  ScratchDirectory scratch;
  scratch.copy(GetParam());
  const Node whole = load_node(scratch.path);
  const auto known = verdicts(whole);
  std::vector<fs::path> natives;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path)) {
    if (entry.is_regular_file() && is_native(entry.path())) natives.push_back(entry.path());
  }
  ASSERT_FALSE(natives.empty());
  for (const auto& path : natives) {
    const std::string bytes = support::RealFiles().read_or_throw(path);
    for (const std::size_t at : offsets(bytes.size())) {
      support::RealFiles(false).write(path, std::string_view(bytes).substr(0, at), 0644);
      const Node cut = load_node(scratch.path);
      for (const auto& test : cut.tests) {
        const auto before = known.find(test.name);
        if (test.verdict != Verdict::passed) continue;
        ASSERT_NE(before, known.end()) << path << " cut at " << at << ": " << test.name;
        ASSERT_EQ(before->second, Verdict::passed) << path << " cut at " << at << ": " << test.name;
      }
      if (!whole.passed()) {
        ASSERT_FALSE(cut.passed()) << path << " cut at " << at;
      }
    }
    support::RealFiles(false).write(path, bytes, 0644);
  }
}

// Without any of the suite's files not one test has passed.
TEST_P(Cut, NothingIsNoPass) {
  ScratchDirectory scratch;
  scratch.copy(GetParam());
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path)) {
    if (entry.is_regular_file() && is_native(entry.path())) fs::resize_file(entry.path(), 0);
  }
  const Node node = load_node(scratch.path);
  EXPECT_EQ(node.count(Verdict::passed), 0u);
  EXPECT_FALSE(node.passed());
  EXPECT_EQ(exit_status({{"r", {node}}}) == 0, false);
}

// Other bytes in place of some: a verdict, and text that every output can hold.
TEST_P(Cut, AnyBytesAreRead) {
  ScratchDirectory scratch;
  scratch.copy(GetParam());
  std::mt19937 random(20261121);
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = support::RealFiles().read_or_throw(entry.path());
    for (int turn = 0; turn < 12 && !bytes.empty(); ++turn) {
      std::string changed = bytes;
      for (int i = 0; i < 8; ++i) changed[random() % changed.size()] = static_cast<char>(random());
      support::RealFiles(false).write(entry.path(), changed, 0644);
      const std::vector<results::Run> runs = load(support::RealFiles(), scratch.path, Which::last);
      EXPECT_FALSE(summary_text(runs, -1).empty());
      EXPECT_FALSE(summary_json(runs).empty());
      EXPECT_FALSE(summary_junit(runs).empty());
    }
    support::RealFiles(false).write(entry.path(), bytes, 0644);
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, Cut, ::testing::ValuesIn(sample_nodes()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
});

// All tests of a node passed, and then its files are cut one after the other.
TEST(CutOfAPassedRun, IsNeverAPassedRun) {
  ScratchDirectory scratch;
  scratch.copy("mmtests/20261121T031502Z/kdevops-thpchallenge");
  ASSERT_TRUE(load_node(scratch.path).passed());
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path + "/work")) {
    // The suite's own time of a benchmark is in tests-timestamp; nobody reads this one.
    if (!entry.is_regular_file() || entry.path().extension() == ".time") continue;
    const std::string bytes = support::RealFiles().read_or_throw(entry.path());
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
      support::RealFiles(false).write(entry.path(), std::string_view(bytes).substr(0, at), 0644);
      ASSERT_FALSE(load_node(scratch.path).passed()) << entry.path() << " cut at " << at;
    }
    support::RealFiles(false).write(entry.path(), bytes, 0644);
  }
}

TEST(RunDirectory, AnUnfinishedRunSaysSo) {
  ScratchDirectory scratch;
  scratch.copy("mmtests/20261121T031502Z/kdevops-thpchallenge");
  fs::remove(scratch.path + "/exit_status");
  EXPECT_THAT(load_node(scratch.path).problems, Contains("the run has not ended"));
  scratch.write("exit_status", "");
  EXPECT_THAT(load_node(scratch.path).problems, Contains("the run has not ended"));
}

TEST(RunDirectory, AFailedSuiteWithoutAFailedTestIsNoPass) {
  ScratchDirectory scratch;
  scratch.copy("mmtests/20261121T031502Z/kdevops-thpchallenge");
  scratch.write("exit_status", "137\n");
  const Node node = load_node(scratch.path);
  EXPECT_THAT(node.problems, Contains(HasSubstr("mmtests was ended by signal 9")));
  EXPECT_FALSE(node.passed());
}

TEST(RunDirectory, APlannedTestWithoutAResultIsNoPass) {
  ScratchDirectory scratch;
  scratch.copy("mmtests/20261121T031502Z/kdevops-thpchallenge");
  scratch.write("tests", "thpcompact\nthpchallenge\n");
  const Node node = load_node(scratch.path);
  ASSERT_EQ(node.tests.size(), 2u);
  EXPECT_EQ(node.tests[0].name, "thpcompact");
  EXPECT_EQ(node.tests[0].verdict, Verdict::truncated);
  EXPECT_EQ(node.tests[0].reason, "no result");
  EXPECT_EQ(exit_status({{"r", {node}}}), 1);
}

// nixos-vm watch notes the crash on the controller; nothing could be collected.
TEST(RunDirectory, ANodeThatNeverCameBackIsACrash) {
  ScratchDirectory scratch;
  scratch.write("run/n/crashed", "panic generic/002\n");
  scratch.write("run/n/crash-1.txt", "verdict: panic\ntest: generic/002\nreason: Kernel panic - not syncing: x\n\n[  1.0] Oops\n");
  const Node node = load_node(scratch.path + "/run");
  EXPECT_EQ(test_of(node, "generic/002").verdict, Verdict::crashed);
  EXPECT_EQ(test_of(node, "generic/002").reason, "the guest panicked: Kernel panic - not syncing: x");
  EXPECT_EQ(exit_status({{"r", {node}}}), 6);
}

TEST(RunDirectory, ACrashBetweenTwoTestsIsACrash) {
  ScratchDirectory scratch;
  scratch.copy("mmtests/20261121T031502Z/kdevops-thpchallenge");
  scratch.write("console-1.log", "verdict: panic\ntest: none had begun\nreason: Kernel panic - not syncing: x\n\n[  1.0] Oops\n");
  const Node node = load_node(scratch.path);
  EXPECT_EQ(test_of(node, "no test").verdict, Verdict::crashed);
  EXPECT_EQ(test_of(node, "no test").reason, "the guest panicked: Kernel panic - not syncing: x");
  EXPECT_EQ(test_of(node, "no test").evidence, "console-1.log");
  EXPECT_EQ(exit_status({{"r", {node}}}), 6);
  EXPECT_THAT(summary_junit({{"r", {node}}}), HasSubstr("type=\"crashed\""));
  // Nothing else may be there.
  scratch.write("only/n/console-1.log", "verdict: hang\ntest: none had begun\nreason: no answer\n\n");
  EXPECT_EQ(test_of(load_node(scratch.path + "/only"), "no test").verdict, Verdict::hung);
}

// Node and controller count for themselves: the number says less than what the console is headed with.
TEST(RunDirectory, TheConsoleOfACrashIsTheOneThatNamesIt) {
  ScratchDirectory scratch;
  scratch.write("n/crashed", "panic a\nhang b\npanic c\n");
  scratch.write("n/crash-1.txt", "verdict: hang\ntest: b\nreason: of b\n\nb\n");
  scratch.write("n/crash-2.txt", "verdict: panic\ntest: a\nreason: of a\n\na\n");
  scratch.write("n/crash-3.txt", "[  1.0] Kernel panic - not syncing: c\n");
  const Node node = load_node(scratch.path + "/n");
  EXPECT_EQ(test_of(node, "a").reason, "the guest panicked: of a");
  EXPECT_EQ(test_of(node, "b").reason, "the guest hung: of b");
  EXPECT_EQ(test_of(node, "b").evidence, "crash-1.txt");
  EXPECT_EQ(test_of(node, "c").evidence, "crash-3.txt");
}

TEST(RunDirectory, SettingsAreWordsAndNumbers) {
  ScratchDirectory scratch;
  const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
  scratch.write("n/run.json", R"({"workflow": "x", "settings": {"a": 1, "b": "two", "c": {}, "d": )" + deep + "}}");
  EXPECT_THAT(load_node(scratch.path + "/n").settings, ElementsAre(Pair("a", "1"), Pair("b", "two")));
}

TEST(RunDirectory, CountersMayBeNested) {
  ScratchDirectory scratch;
  fs::copy(sample_directory + "sysbench/no-intervals.txt", scratch.path + "/sysbench_output.txt");
  const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
  scratch.write("pg_stats.json", R"({"wal": {"wal_fpi": 10502, "x": )" + deep + "}}");
  const Node node = load_node(scratch.path);
  ASSERT_NE(node.tests.at(0).metric("WAL full page images per event"), nullptr);
  EXPECT_EQ(node.tests[0].metric("WAL full page images per event")->samples.at(0), 1);
}

// The directory came from a guest: a link in it would be read on the host.
TEST(RunDirectory, LinksAreNotFollowed) {
  ScratchDirectory scratch;
  scratch.write("n/run.json", R"({"workflow":"own","format":"tap"})");
  scratch.write("elsewhere.tap", "1..1\nok 1 - stolen\n");
  fs::create_symlink("../elsewhere.tap", scratch.path + "/n/a.tap");
  fs::create_symlink(".", scratch.path + "/n/loop");
  const Node node = load_node(scratch.path + "/n");
  EXPECT_TRUE(node.tests.empty());
  EXPECT_FALSE(node.passed());
}

TEST(RunDirectory, NamesCannotBreakTheTerminal) {
  ScratchDirectory scratch;
  scratch.write("n/tests", "a\033[2Jb\nc\xff\n");
  const std::string text = summary_text(load(support::RealFiles(), scratch.path + "/n", Which::last), -1);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
}

TEST(Text, WhatIsNotPrintableIsAQuestionMark) {
  EXPECT_EQ(one_line("a\xc2\x9b" "31mb"), "a?31mb");                    // CSI in one character
  EXPECT_EQ(one_line("a\xef\xbf\xbe\xef\xbf\xbf"), "a??");              // U+FFFE, U+FFFF: not XML
  EXPECT_EQ(one_line("\xe2\x80\xae" "a\xe2\x81\xa9\xe2\x80\x8f\xd8\x9c"), "?a???");  // turn the text round
  EXPECT_EQ(one_line("\xc2\xa0\xe2\x80\x93\xef\xbf\xbd\xf0\x9f\x90\xa7"), "\xc2\xa0\xe2\x80\x93\xef\xbf\xbd\xf0\x9f\x90\xa7");
}

TEST(Tap, OneResultPerPlannedTest) {
  const auto problem = [](const char* text) { return parse_tap(text).at(0).problem(); };
  EXPECT_EQ(problem("1..2\nok 2 b\nok 1 a\n"), "");
  EXPECT_EQ(problem("1..2\nok\nok\n1..2\n"), "");
  EXPECT_THAT(problem("1..5\nok 1 a\n1..1\n"), HasSubstr("1..5 and 1..1"));
  EXPECT_THAT(problem("1..2\nok 1 a\nok 1 b\n"), HasSubstr("two results of number 1"));
  EXPECT_THAT(problem("1..1\nok 7 a\n"), HasSubstr("number 7"));
  EXPECT_THAT(problem("1..1\nok 0 a\n"), HasSubstr("number 0"));
}

TEST(Ltp, ACutLineIsAProblem) {
  const std::string tags = "tag=a stime=1 dur=0 exit=exited stat=0 core=no cu=0 cs=0\n";
  EXPECT_EQ(parse_ltp_log(tags).problem, "");
  EXPECT_THAT(parse_ltp_log(tags + "tag=b stime=1 dur=0 exit=exi").problem, HasSubstr("cut: tag=b"));
  EXPECT_THAT(parse_ltp_log("a    PASS    0\nb    PA").problem, HasSubstr("cut: b"));
}

TEST(Archive, KnowsItsLimits) {
  std::string problem;
  EXPECT_FALSE(gunzip("", problem));
  EXPECT_EQ(problem, "cut");
  EXPECT_FALSE(gunzip("plain text", problem));
  EXPECT_EQ(problem, "not gzip, or broken");
  problem.clear();
  EXPECT_TRUE(untar(std::string(512, 'x'), problem).empty());
  EXPECT_EQ(problem, "not a tar archive");
}

}  // namespace
}  // namespace kdevops::results
