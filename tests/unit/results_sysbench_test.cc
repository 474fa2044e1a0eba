// SPDX-License-Identifier: GPL-2.0-or-later
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/sysbench.h"
#include "support/files.h"

namespace kdevops::results {
namespace {

using ::testing::HasSubstr;

const std::string samples = std::string(KDEVOPS_SOURCE_DIR) + "/tests/samples/sysbench/";

std::string sample(const std::string& name) {
  return support::RealFiles().read_or_throw(samples + name);
}

Test parse(const std::string& name) { return parse_sysbench(sample(name)); }

TEST(Sysbench, ReadsAWholeRun) {
  const results::Test test = parse("run.txt");
  EXPECT_EQ(test.verdict, Verdict::passed) << test.reason;
  EXPECT_EQ(test.reason, "");
  const Metric* tps = test.metric("transactions per second");
  ASSERT_NE(tps, nullptr);
  EXPECT_EQ(tps->better, Better::higher);
  ASSERT_EQ(tps->samples.size(), 12u);
  EXPECT_DOUBLE_EQ(tps->samples.front(), 2298.10);
  EXPECT_DOUBLE_EQ(tps->samples.back(), 1643.81);
  const Metric* latency = test.metric("latency 95% ms");
  ASSERT_NE(latency, nullptr);
  EXPECT_EQ(latency->better, Better::lower);
  EXPECT_DOUBLE_EQ(latency->samples[3], 4.91);
  EXPECT_DOUBLE_EQ(test.metric("errors per second")->samples[0], 9.98);
  EXPECT_DOUBLE_EQ(test.metric("latency average ms")->samples.at(0), 2.75);
  EXPECT_DOUBLE_EQ(test.metric("latency maximum ms")->samples.at(0), 1007.70);
  EXPECT_DOUBLE_EQ(test.metric("events")->samples.at(0), 17456);
}

TEST(Sysbench, ReadsTheOtherShapes) {
  const results::Test histogram = parse("histogram.txt");
  EXPECT_EQ(histogram.verdict, Verdict::passed) << histogram.reason;
  EXPECT_EQ(histogram.metric("latency 99% ms")->samples.size(), 4u);
  const results::Test debug = parse("debug.txt");
  EXPECT_EQ(debug.verdict, Verdict::passed) << debug.reason;
  EXPECT_DOUBLE_EQ(debug.metric("latency average ms")->samples.at(0), 1.81);  // not the DEBUG one
  EXPECT_DOUBLE_EQ(debug.metric("events")->samples.at(0), 4429);
  const results::Test plain = parse("no-intervals.txt");
  EXPECT_EQ(plain.verdict, Verdict::passed) << plain.reason;
  EXPECT_EQ(plain.metric("transactions per second"), nullptr);
  EXPECT_DOUBLE_EQ(plain.metric("events")->samples.at(0), 10502);
  const results::Test cpu = parse("cpu.txt");
  EXPECT_EQ(cpu.verdict, Verdict::passed) << cpu.reason;
  EXPECT_DOUBLE_EQ(cpu.metric("events per second")->samples.at(2), 9006.00);
}

TEST(Sysbench, AnIntervalWithoutTransactionsHasNoLatency) {
  const results::Test test = parse("contended.txt");
  EXPECT_EQ(test.verdict, Verdict::passed) << test.reason;
  EXPECT_EQ(test.metric("transactions per second")->samples.size(), 11u);
  EXPECT_THAT(test.metric("latency 95% ms")->samples,
              ::testing::ElementsAre(1013.60, 3982.86, 6960.17, 8038.61));
}

TEST(Sysbench, AnEndedRunIsTruncatedAndSaysHowFarItCame) {
  for (const char* name : {"killed.txt", "terminated.txt", "server-died.txt"}) {
    const results::Test test = parse(name);
    EXPECT_EQ(test.verdict, Verdict::truncated) << name;
    EXPECT_EQ(test.reason, "the output ends after 4 s, without final statistics") << name;
    EXPECT_EQ(test.metric("transactions per second")->samples.size(), 4u) << name;
    EXPECT_EQ(test.metric("events"), nullptr) << name;
  }
}

TEST(Sysbench, AFatalErrorIsAFailureWithItsFirstLine) {
  EXPECT_EQ(parse("no-server.txt").verdict, Verdict::failed);
  EXPECT_THAT(parse("no-server.txt").reason, HasSubstr("Connection to database failed"));
  EXPECT_EQ(parse("no-table.txt").verdict, Verdict::failed);
  EXPECT_THAT(parse("no-table.txt").reason, HasSubstr("relation \"sbtest3\" does not exist"));
}

// Whatever is cut off, at whichever byte: never a pass, and never a crash.
TEST(Sysbench, NoProperPrefixOfARunPasses) {
  for (const char* name : {"run.txt", "histogram.txt", "debug.txt", "no-intervals.txt", "cpu.txt"}) {
    const std::string whole = sample(name);
    const std::string last = "execution time (avg/stddev):";
    const auto end = whole.find('\n', whole.find(last));
    ASSERT_NE(end, std::string::npos);
    for (std::size_t length = 0; length < end; ++length) {
      const results::Test test = parse_sysbench(std::string_view(whole).substr(0, length));
      ASSERT_NE(test.verdict, Verdict::passed) << name << " cut at byte " << length;
      ASSERT_NE(test.reason, "") << name << " cut at byte " << length;
    }
    EXPECT_EQ(parse_sysbench(std::string_view(whole).substr(0, end)).verdict, Verdict::passed)
        << name << " complete but for its last newline, as kdevops stores it";
  }
}

TEST(Sysbench, AMissingBeginningIsTruncated) {
  const std::string whole = sample("run.txt");
  const results::Test test = parse_sysbench(std::string_view(whole).substr(whole.find("[ 5s ]")));
  EXPECT_EQ(test.verdict, Verdict::truncated);
  EXPECT_EQ(test.reason, "the beginning of the output is missing");
}

TEST(Sysbench, AGarbledIntervalIsAFailureWithItsLine) {
  for (const char* bad : {"tps: 16x4.01", "tps: nan", "tps: -5.00", "tps: "}) {
    std::string text = sample("run.txt");
    text.replace(text.find("tps: 1624.01"), 12, bad);
    const results::Test test = parse_sysbench(text);
    EXPECT_EQ(test.verdict, Verdict::failed) << bad;
    EXPECT_THAT(test.reason, HasSubstr("line 17 is not readable: [ 5s ] thds: 4")) << bad;
  }
}

TEST(Sysbench, NothingAndNonsense) {
  for (const std::string& text : {std::string(), std::string("\n\n"), std::string("Killed\n"),
                                 std::string(100000, '\0'), std::string("\xff\xfe[ [ [\n")}) {
    EXPECT_NE(parse_sysbench(text).verdict, Verdict::passed);
  }
  EXPECT_EQ(parse_sysbench("").reason, "no output of sysbench");
}

TEST(Sysbench, ARunWithoutOneEventFails) {
  std::string text = sample("no-intervals.txt");
  const std::string line = "total number of events:              10502";
  text.replace(text.find(line), line.size(), "total number of events:              0");
  const results::Test test = parse_sysbench(text);
  EXPECT_EQ(test.verdict, Verdict::failed);
  EXPECT_EQ(test.reason, "not one event was completed");
}

TEST(Sysbench, ATotalThatIsNoNumberIsMissing) {
  for (const char* bad : {"nan", "inf", "-inf"}) {
    std::string text = sample("no-intervals.txt");
    const std::string line = "total number of events:              10502";
    text.replace(text.find(line) + line.size() - 5, 5, bad);
    const results::Test test = parse_sysbench(text);
    EXPECT_EQ(test.verdict, Verdict::truncated) << bad;
    EXPECT_EQ(test.metric("events"), nullptr) << bad;
  }
}

TEST(Sysbench, WindowsLineEndsChangeNothing) {
  std::string text;
  for (const char c : sample("run.txt")) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(parse_sysbench(text).verdict, Verdict::passed);
  EXPECT_EQ(parse_sysbench(text).metric("transactions per second")->samples.size(), 12u);
}

}  // namespace
}  // namespace kdevops::results
