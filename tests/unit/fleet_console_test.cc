// SPDX-License-Identifier: GPL-2.0-or-later
// What a console says, and following its log.
#include <map>

#include <gtest/gtest.h>

#include "fleet/console_events.h"
#include "fleet/console_follower.h"

namespace kdevops::fleet {
namespace {

class Follower : public ::testing::Test {
 protected:
  void start_machine() { files["console.log"].clear(); }
  void roll_over() {
    files["console.log.0"] = files["console.log"];
    files["console.log"].clear();
  }

  std::map<std::string, std::string> files;
  bool readable = true;
  ConsoleFollower follower{[this](const std::string& name, std::size_t offset) {
    const auto& text = files[name];
    return readable ? text.substr(std::min(offset, text.size())) : "";
  }};
};

TEST_F(Follower, TellsEverythingOnce) {
  EXPECT_EQ(follower.news(), "") << "there is no log yet";
  files["console.log"] = "one\n";
  EXPECT_EQ(follower.news(), "one\n");
  EXPECT_EQ(follower.news(), "");
  files["console.log"] += "two";
  EXPECT_EQ(follower.news(), "two");
  files["console.log"] += std::string(1000, 'x');
  EXPECT_EQ(follower.news(), std::string(1000, 'x'));
  files["console.log"] += "\nthree\n";
  EXPECT_EQ(follower.news(), "\nthree\n");
}

TEST_F(Follower, FindsTheRestOfALogThatRolledOver) {
  files["console.log"] = "[ 1.0] one\n";
  follower.news();
  files["console.log"] += "[ 2.0] two\n";
  roll_over();
  files["console.log"] = "[ 3.0] three\n";
  EXPECT_EQ(follower.news(), "[ 2.0] two\n[ 3.0] three\n");
  EXPECT_EQ(follower.news(), "");
}

TEST_F(Follower, FindsTheRestBeforeTheNewLogHasAWord) {
  files["console.log"] = "[ 1.0] one\n";
  follower.news();
  files["console.log"] += "[ 2.0] two\n";
  roll_over();
  EXPECT_EQ(follower.news() + follower.news(), "[ 2.0] two\n");
  files["console.log"] = "[ 3.0] three\n";
  EXPECT_EQ(follower.news(), "[ 3.0] three\n");
}

TEST_F(Follower, GoesOnWithWhatIsThereWhenTheLogRolledOverTwice) {
  files["console.log"] = "[ 1.0] one\n";
  follower.news();
  roll_over();
  files["console.log"] = "[ 2.0] two\n";
  roll_over();
  files["console.log"] = "[ 3.0] three\n";
  EXPECT_EQ(follower.news(), "[ 3.0] three\n");
  files["console.log"] += "[ 4.0] four\n";
  EXPECT_EQ(follower.news(), "[ 4.0] four\n");
}

TEST_F(Follower, TellsNothingTwiceBehindALookThatFailed) {
  files["console.log"] = "[ 1.0] one\n";
  follower.news();
  readable = false;
  EXPECT_EQ(follower.news(), "");
  files["console.log"] += "[ 2.0] two\n";
  readable = true;
  EXPECT_EQ(follower.news(), "[ 2.0] two\n");
}

TEST_F(Follower, TellsNothingTwiceWhenOnlyItsFirstReadFailed) {
  files["console.log"] = "[ 1.0] one\n";
  int reads = 0;
  ConsoleFollower own{[&](const std::string& name, std::size_t offset) {
    return ++reads == 2 ? "" : files[name].substr(std::min(offset, files[name].size()));
  }};
  own.news();
  files["console.log"] += "[ 2.0] two\n";
  EXPECT_EQ(own.news(), "[ 2.0] two\n");
}

TEST_F(Follower, BeginsAnewWithTheLogOfAMachineThatWasStarted) {
  files["console.log"] = "[ 9.0] long ago\n";
  roll_over();
  files["console.log"] = "[ 10.0] before\n";
  follower.news();
  start_machine();
  EXPECT_EQ(follower.news(), "");
  files["console.log"] = "[ 0.0] Linux version 6.1 and much more than there was before\n";
  EXPECT_EQ(follower.news(), files["console.log"]);
}

TEST_F(Follower, IsNotMisledByALogThatIsLongerThanTheOneBefore) {
  files["console.log"] = "[ 10.0] before\n";
  follower.news();
  files["console.log"] = "[  0.0] a boot loader that says a lot\n";
  EXPECT_EQ(follower.news(), files["console.log"]);
}

ConsoleEvents events_of(const std::string& text, const std::string& workflow = "fstests") {
  ConsoleEvents events(workflow);
  events.feed(text);
  return events;
}

TEST(ConsoleEvents, NamesTheTestThatBeganLast) {
  EXPECT_EQ(events_of("[   12.3] run fstests generic/001 at 2026-11-21 08:00:00\r\n").boot().test, "generic/001");
  EXPECT_EQ(events_of("[   12.3][ T1234] run fstests xfs_crc/generic/001 at now\n").boot().test, "xfs_crc/generic/001");
  EXPECT_EQ(events_of("run fstests a at x\nrun fstests b at y\n").boot().test, "b");
  EXPECT_EQ(events_of("\033[1m[ 1.0] \033[0mrun fstests a at x\n").boot().test, "a");
  EXPECT_EQ(events_of("[ 1.0] LTP: starting abort01 (abort01 -x)\n", "ltp").boot().test, "abort01");
  EXPECT_EQ(events_of("[ 1.0] LTP: starting fork\n", "ltp").boot().test, "fork");
}

TEST(ConsoleEvents, DoesNotTakeOtherWordsForTests) {
  for (const char* line : {"[ 1.0] run blktests block/001 at now\n", "[ 1.0] LTP: starting abort01 (x)\n",
                           "[ 1.0] run fstests generic/001\n", "run fstests  at \n", "rerun fstests a at x\n",
                           "[ 1.0] run fstests generic/001 at "}) {
    EXPECT_EQ(events_of(line).boot().test, "") << line;
  }
}

TEST(ConsoleEvents, ReadsTextInPiecesOfAnySize) {
  const std::string text =
      "[ 1.0] run fstests generic/002 at x\r\n[ 2.0] BUG: unable to handle page fault for address: 0\r\n"
      "[ 3.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\r\n"
      "[ 4.0] Kernel panic - not syncing: sysrq triggered crash\r\n[ 4.1] ---[ end Kernel panic - not syncing: x ]---\r\n";
  for (std::size_t size = 1; size < 60; ++size) {
    ConsoleEvents events("fstests");
    for (std::size_t at = 0; at < text.size(); at += size) events.feed(text.substr(at, size));
    EXPECT_EQ(events.boot().test, "generic/002");
    EXPECT_EQ(events.boot().oops, "BUG: unable to handle page fault for address: 0");
    EXPECT_EQ(events.boot().stuck, "watchdog: BUG: soft lockup - CPU#0 stuck for 22s!");
    EXPECT_EQ(events.boot().panic, "Kernel panic - not syncing: sysrq triggered crash");
    EXPECT_EQ(events.starts(), 1);
  }
}

TEST(ConsoleEvents, WhatBelongsToATestEndsWithTheNextOne) {
  const auto boot = events_of(
      "[ 1.0] run fstests a at x\n[ 2.0] BUG: sleeping function called from invalid context\n"
      "[ 3.0] rcu_preempt detected stalls\n[ 4.0] reboot: Restarting system\n[ 1.0] run fstests b at x\n").boot();
  EXPECT_EQ(boot.oops, "");
  EXPECT_EQ(boot.stuck, "");
  EXPECT_EQ(boot.goodbye, "") << "of a boot whose successor said nothing of its own";
}

TEST(ConsoleEvents, AKernelMessageBehindAPromptIsOne) {
  EXPECT_EQ(events_of("n0 login: [   38.528521] run fstests a at x\n").boot().test, "a");
  EXPECT_EQ(events_of("n0 login: [   38.528521][  T123] run fstests a at x\n").boot().test, "a");
  EXPECT_EQ(events_of("n0 login: [12345.678901] Kernel panic - not syncing: x\n").boot().panic,
            "Kernel panic - not syncing: x");
  EXPECT_EQ(events_of("[root@n0:~]# [    9.000001] reboot: Power down\n").boot().goodbye, "reboot: Power down");
}

TEST(ConsoleEvents, OnlyAWholeStampBeginsAMessage) {
  for (const char* line : {"n0 login: [1.5] run fstests a at x\n", "n0 login: [   38.5285] run fstests a at x\n",
                           "n0 login: [38.528521] run fstests a at x\n", "n0 login: run fstests a at x\n",
                           "[    2.000000] echo: [12:00] run fstests a at x\n", "[ 1.0] say [   38.528521\n"}) {
    EXPECT_EQ(events_of(line).boot().test, "") << line;
  }
}

TEST(ConsoleEvents, ALineWithoutAnEndIsEnded) {
  ConsoleEvents events("fstests");
  for (int i = 0; i < 1000; ++i) events.feed(std::string(1000, 'x'));
  EXPECT_GT(events.boot().excerpt.text().size(), 900'000U) << "not kept back until a line ends";
  events.feed("\n[ 1.0] run fstests a at x\n");
  EXPECT_EQ(events.boot().test, "a");
}

TEST(ConsoleEvents, ANewKernelBeginsAnew) {
  const auto events = events_of(
      "[ 1.0] Linux version 6.1\n[ 9.0] run fstests a at x\n[ 9.1] Kernel panic - not syncing: y\n"
      "SeaBIOS\n[ 0.0] Linux version 6.1\n[ 1.0] hello\n");
  EXPECT_EQ(events.boots(), 2);
  EXPECT_EQ(events.boot().panic, "");
  EXPECT_EQ(events.boot().test, "");
  EXPECT_EQ(events.previous().panic, "Kernel panic - not syncing: y");
  EXPECT_EQ(events.previous().test, "a");
  EXPECT_EQ(events.boot().excerpt.text(), "[ 0.0] Linux version 6.1\n[ 1.0] hello\n");
}

TEST(ConsoleEvents, AStartOfTheMachineAndItsKernelAreOneBoot) {
  auto events = events_of("[ 1.0] Linux version 6.1\n[ 9.0] run fstests a at x\n");
  events.begin_boot();
  events.feed("SeaBIOS\n[ 0.0] Linux version 6.1\n");
  EXPECT_EQ(events.previous().test, "a");
  EXPECT_EQ(events.boots(), 2);
}

TEST(ConsoleEvents, TheExcerptBeginsWithTheTestAndKeepsBothEnds) {
  ConsoleEvents events("fstests");
  events.feed("before\n[ 1.0] run fstests a at x\n");
  const int count = static_cast<int>(Excerpt::kHead + Excerpt::kTail) + 50;
  for (int i = 0; i < count; ++i) events.feed("line " + std::to_string(i) + "\n");
  const auto text = events.boot().excerpt.text();
  EXPECT_TRUE(text.starts_with("[ 1.0] run fstests a at x\nline 0\n")) << text.substr(0, 80);
  EXPECT_TRUE(text.ends_with("line " + std::to_string(count - 1) + "\n"));
  EXPECT_NE(text.find("... 51 lines left out ...\n"), std::string::npos);
}

}  // namespace
}  // namespace kdevops::fleet
