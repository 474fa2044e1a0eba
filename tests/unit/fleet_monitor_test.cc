// SPDX-License-Identifier: GPL-2.0-or-later
// Every verdict about a run, by a clock of the test's own.
#include <gtest/gtest.h>

#include "fleet/run_monitor.h"
#include "support/error.h"

namespace kdevops::fleet {
namespace {

using namespace std::chrono_literals;

constexpr const char* kStart = "[ 10.0] run fstests generic/001 at x\n";
constexpr const char* kPanic = "[ 11.0] Kernel panic - not syncing: sysrq triggered crash\n";
constexpr const char* kBoot = "[ 0.0] Linux version 6.1\n";

RunState running(const std::string& current = "", int age = 0) {
  RunState state;
  state.run = "20261121T031502Z";
  state.boot_id = "boot-1";
  state.active = true;
  state.planned = 9;
  state.current = current;
  state.now = 100000;
  state.since = current.empty() ? 0 : state.now - age;
  return state;
}

class Monitor : public ::testing::Test {
 protected:
  Monitor() { limits.test = 600s; }  // twice the silence
  void SetUp() override {
    monitor.emplace("fstests", limits, now);
    monitor->console(history, now);
  }
  void later(Milliseconds time) { now += time; }
  void says(const std::string& text) { monitor->console(text, now); }
  void answers(const RunState& state) { monitor->answered(state, now, now); }
  void is_silent() { monitor->unanswered(now, now); }
  std::optional<Verdict> verdict() const { return monitor->verdict(now); }

  WatchLimits limits;
  std::string history = kBoot;
  RunMonitor::Time now{1000h};
  std::optional<RunMonitor> monitor;
};

TEST_F(Monitor, ARunThatGoesOnIsNoCase) {
  says(kStart);
  answers(running("generic/001"));
  EXPECT_FALSE(verdict());
  EXPECT_EQ(monitor->test(), "generic/001");
  EXPECT_TRUE(monitor->broken().empty());
}

TEST_F(Monitor, APanicIsOneWhenTheGuestIsDead) {
  answers(running());
  says(std::string(kStart) + kPanic);
  EXPECT_TRUE(monitor->in_doubt());
  EXPECT_FALSE(verdict());
  monitor->dead();
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->fault, Fault::panic);
  EXPECT_EQ(verdict()->test, "generic/001");
  EXPECT_EQ(verdict()->reason, "Kernel panic - not syncing: sysrq triggered crash");
  EXPECT_FALSE(verdict()->rebooted);
  EXPECT_EQ(monitor->excerpt(), std::string(kStart) + kPanic);
}

TEST_F(Monitor, APanicThatIsOnlyTextIsNone) {
  answers(running());
  says(std::string(kStart) + kPanic);
  monitor->alive();
  EXPECT_FALSE(monitor->in_doubt());
  EXPECT_FALSE(verdict());
}

class MonitorWithOldPanic : public Monitor {
 protected:
  MonitorWithOldPanic() { history = std::string(kBoot) + "[ 9.0] run fstests old/001 at x\n" + kPanic + kBoot; }
};
TEST_F(MonitorWithOldPanic, WhatWasBeforeTheLastBootIsOver) {
  EXPECT_FALSE(monitor->in_doubt());
  answers(running());
  EXPECT_FALSE(verdict());
  EXPECT_EQ(monitor->test(), "");
}

class MonitorOfLateConsole : public Monitor {
 protected:
  MonitorOfLateConsole() { history.clear(); }
};
TEST_F(MonitorOfLateConsole, WhatIsReadFirstIsHistoryWheneverThatIs) {
  answers(running());
  says(std::string(kBoot) + kStart + kPanic + kBoot);
  EXPECT_FALSE(verdict());
}

class MonitorOfDeadGuest : public Monitor {
 protected:
  MonitorOfDeadGuest() { history = std::string(kBoot) + kStart + kPanic; }
};
TEST_F(MonitorOfDeadGuest, APanicBeforeWeLookedCountsWhenNobodyAnswers) {
  EXPECT_TRUE(monitor->in_doubt());
  monitor->dead();
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->test, "generic/001");
}

class MonitorAfterAnotherRun : public Monitor {
 protected:
  MonitorAfterAnotherRun() { history = std::string(kBoot) + "[ 9.0] run fstests generic/999 at x\n"; }
};
TEST_F(MonitorAfterAnotherRun, ATestOfAnEarlierRunIsNotBlamed) {
  answers(running());
  says(kPanic);
  monitor->dead();
  EXPECT_EQ(verdict()->test, "");
}
TEST_F(MonitorAfterAnotherRun, TheTestInFlightIsKnownFromTheRunner) {
  answers(running("generic/999"));
  EXPECT_EQ(monitor->test(), "generic/999");
}

TEST_F(Monitor, ADomainThatStoppedIsACrash) {
  answers(running("generic/005"));
  monitor->down("its domain is off");
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->fault, Fault::panic);
  EXPECT_EQ(verdict()->reason, "its domain is off");
  EXPECT_EQ(verdict()->test, "generic/005");
  says(kPanic);
  EXPECT_EQ(verdict()->reason, "Kernel panic - not syncing: sysrq triggered crash");
}

TEST_F(Monitor, AGuestThatRebootsByItselfCrashed) {
  answers(running());
  says(std::string(kStart) + kPanic + kBoot);
  ASSERT_TRUE(verdict());
  EXPECT_TRUE(verdict()->rebooted);
  EXPECT_EQ(verdict()->test, "generic/001");
  EXPECT_EQ(verdict()->reason, "Kernel panic - not syncing: sysrq triggered crash");
  EXPECT_EQ(monitor->excerpt(), std::string(kStart) + kPanic);
}

TEST_F(Monitor, AnotherBootIdIsAReboot) {
  answers(running("generic/007"));
  auto state = running();
  state.boot_id = "boot-2";
  state.active = false;
  answers(state);
  ASSERT_TRUE(verdict());
  EXPECT_TRUE(verdict()->rebooted);
  EXPECT_EQ(verdict()->test, "generic/007");
  EXPECT_EQ(verdict()->reason, "the guest restarted by itself");
}

/// The guest boots with few words: its console does not tell where a boot begins.
class MonitorOfQuietGuest : public Monitor {
 protected:
  void reboots() {
    auto state = running();
    state.boot_id = "boot-2";
    state.active = false;
    answers(state);
  }
};
TEST_F(MonitorOfQuietGuest, AnOrderlyRebootIsNoCrash) {
  answers(running("generic/001"));
  says(std::string(kStart) + "[ 12.0] reboot: Restarting system\n");
  reboots();
  EXPECT_FALSE(verdict());
  EXPECT_NE(monitor->broken().find("Restarting system"), std::string::npos);
}
TEST_F(MonitorOfQuietGuest, ItsLastWordsAreTheEvidence) {
  answers(running());
  says(std::string(kStart) + kPanic);
  reboots();
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->test, "generic/001");
  EXPECT_EQ(verdict()->reason, "Kernel panic - not syncing: sysrq triggered crash");
  EXPECT_EQ(monitor->excerpt(), std::string(kStart) + kPanic);
}
TEST_F(MonitorOfQuietGuest, WhatIsJudgedIsNotJudgedAgain) {
  answers(running());
  says(std::string(kStart) + "[ 11.0] BUG: unable to handle page fault for address: 00\n");
  reboots();
  ASSERT_TRUE(verdict());
  monitor->restarted(now);
  is_silent();
  later(limits.oops);
  is_silent();
  EXPECT_FALSE(verdict()) << "the oops is of the boot before";
  says(kBoot);
  EXPECT_FALSE(verdict()) << "the boot that is known already, told late";
  says(std::string("[ 20.0] run fstests generic/002 at x\n") + kBoot);
  ASSERT_TRUE(verdict()) << "but this is another one";
  EXPECT_EQ(verdict()->test, "generic/002");
}

TEST_F(Monitor, AMachineThatSomeoneStartedAnewWasInterrupted) {
  answers(running());
  says(kStart);
  says(std::string("SeaBIOS\n") + kBoot);
  ASSERT_TRUE(verdict());
  EXPECT_TRUE(verdict()->rebooted);
  EXPECT_EQ(verdict()->test, "generic/001");
}

TEST_F(Monitor, AnOrderlyShutdownIsSomeonesWishAndNoCrash) {
  answers(running());
  says(std::string(kStart) + "[ 12.0] reboot: Power down\n");
  EXPECT_TRUE(monitor->broken().empty()) << "it runs yet";
  monitor->down("its domain is off");
  EXPECT_FALSE(verdict());
  EXPECT_NE(monitor->broken().find("reboot: Power down"), std::string::npos);
}

TEST_F(Monitor, AnOrderlyRebootIsNoCrash) {
  answers(running());
  says(std::string(kStart) + "[ 12.0] reboot: Restarting system\n" + kBoot);
  EXPECT_FALSE(verdict());
  EXPECT_NE(monitor->broken().find("Restarting system"), std::string::npos);
}

TEST_F(Monitor, AnOopsCountsWhenTheGuestStopsAnswering) {
  answers(running());
  says(std::string(kStart) + "[ 11.0] BUG: unable to handle page fault for address: 00\n");
  later(300s);
  answers(running("generic/001"));
  EXPECT_FALSE(verdict()) << "the guest lives on";
  is_silent();
  later(limits.oops - 1s);
  is_silent();
  EXPECT_FALSE(verdict());
  later(1s);
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->fault, Fault::panic);
  EXPECT_NE(verdict()->reason.find("BUG: unable to handle page fault"), std::string::npos);
}

TEST_F(Monitor, ALockupIsAHangWhenTheGuestStopsAnswering) {
  answers(running());
  says(std::string(kStart) + "[ 11.0] watchdog: BUG: soft lockup - CPU#1 stuck for 22s!\n");
  is_silent();
  later(limits.oops);
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->fault, Fault::hang);
}

TEST_F(Monitor, NoAnswerForAWhileIsForgiven) {
  answers(running("generic/001"));
  is_silent();
  later(limits.silence - 1s);
  is_silent();
  EXPECT_FALSE(verdict());
  answers(running("generic/001"));
  later(limits.silence - 1s);
  is_silent();
  EXPECT_FALSE(verdict()) << "counted from the first unanswered question";
}

TEST_F(Monitor, AnSshServerThatAnswersEndsTheSilence) {
  answers(running("generic/001"));
  is_silent();
  later(limits.silence - 1s);
  monitor->slow(now, now);
  later(2s);
  EXPECT_FALSE(verdict());
  is_silent();
  later(limits.silence - 3s);
  EXPECT_FALSE(verdict());
}

TEST_F(Monitor, NeitherSshNorConsoleIsAHang) {
  answers(running("generic/001"));
  is_silent();
  later(limits.silence - 1s);
  says("[ 99.0] still here\n");
  later(2s);
  EXPECT_FALSE(verdict()) << "its console spoke";
  later(limits.silence);
  ASSERT_TRUE(verdict());
  EXPECT_EQ(verdict()->fault, Fault::hang);
  EXPECT_EQ(verdict()->test, "generic/001");
}

TEST_F(Monitor, ATestMayTakeAsLongAsTheLimit) {
  answers(running("generic/001", 599));
  EXPECT_FALSE(verdict());
  later(1s);
  EXPECT_FALSE(verdict()) << "it may have ended since the last answer";
  EXPECT_TRUE(monitor->question_due(now));
  answers(running("generic/001", 600));
  ASSERT_TRUE(verdict()) << "by the node's clock it began 600 s ago";
  EXPECT_EQ(verdict()->fault, Fault::hang);
  EXPECT_EQ(verdict()->test, "generic/001");
}

TEST_F(Monitor, StartsAndRecordsPutTheLimitOff) {
  answers(running("generic/001"));
  later(599s);
  auto state = running("generic/001", 599);
  state.recorded = 1;
  answers(state);
  later(599s);
  state = running("generic/001", 1198);
  state.recorded = 1;
  answers(state);
  EXPECT_TRUE(verdict()) << "a record does not make the test in flight any younger";
  says("[ 20.0] run fstests generic/002 at x\n");
  EXPECT_FALSE(verdict());
  later(599s);
  EXPECT_FALSE(verdict());
  later(1s);
  is_silent();
  EXPECT_TRUE(verdict()) << "asked in vain";
  EXPECT_EQ(verdict()->test, "generic/002");
}

TEST_F(Monitor, BetweenTestsTheLimitCountsFromTheLastRecord) {
  answers(running());
  later(500s);
  auto state = running();
  state.recorded = 1;
  answers(state);
  later(500s);
  EXPECT_FALSE(verdict());
  later(100s);
  is_silent();
  EXPECT_TRUE(verdict());
}

TEST_F(Monitor, AHungTaskIsPartOfTheReason) {
  answers(running());
  says(std::string(kStart) + "[ 130.0] INFO: task fsstress:77 blocked for more than 120 seconds.\n");
  later(600s);
  answers(running("generic/001", 600));
  EXPECT_NE(verdict()->reason.find("task fsstress:77 blocked"), std::string::npos) << verdict()->reason;
}

class MonitorWithoutWatchdog : public Monitor {
 protected:
  MonitorWithoutWatchdog() { limits.test.reset(); }
};
TEST_F(MonitorWithoutWatchdog, ATestMayTakeForEver) {
  answers(running("generic/001"));
  later(1000h);
  answers(running("generic/001", 3600000));
  EXPECT_FALSE(verdict());
}

TEST_F(Monitor, ARunThatEndedIsNoCaseWhateverComes) {
  auto state = running();
  state.ended = true;
  answers(state);
  says(kPanic);
  monitor->dead();
  EXPECT_TRUE(monitor->ended());
  EXPECT_FALSE(verdict());
}

TEST_F(Monitor, ARunnerThatWasKilledIsToldAfterSomeAnswers) {
  auto state = running();
  state.active = false;
  answers(state);
  EXPECT_TRUE(monitor->broken().empty()) << "it may just be starting, or writing its end";
  answers(running());
  answers(state);
  answers(state);
  EXPECT_TRUE(monitor->broken().empty());
  answers(state);
  EXPECT_NE(monitor->broken().find("20261121T031502Z"), std::string::npos);
}

TEST_F(Monitor, QuestionsAreAskedAtTheCheckTimeAndSoonAfterANewTest) {
  EXPECT_TRUE(monitor->question_due(now));
  answers(running());
  later(limits.check - 1ms);
  EXPECT_FALSE(monitor->question_due(now));
  later(1ms);
  EXPECT_TRUE(monitor->question_due(now));
  const auto asked = now;
  later(10s);
  monitor->answered(running(), asked, now);
  later(limits.check);
  EXPECT_FALSE(monitor->question_due(now)) << "a question that costs 10 s is not asked every 5 s";
  says(kStart);
  EXPECT_TRUE(monitor->question_due(now));
  answers(running("generic/001"));
  says("[ 11.0] run fstests generic/002 at x\n");
  EXPECT_FALSE(monitor->question_due(now)) << "never more often than the check time";
}

TEST_F(Monitor, ARunThatSaysItsEndIsAskedAtOnce) {
  answers(running());
  const auto due = [this] { return monitor->question_due(now); };
  const auto asked = now;
  later(1s);
  EXPECT_FALSE(due());
  says("[ 12.0] end blktests 20260101T000000Z\n");
  EXPECT_FALSE(due()) << "of another workflow";
  says("[ 12.0] end fstests 20260101T000000Z\n");
  EXPECT_TRUE(due());
  monitor->answered(running(), asked, now);
  EXPECT_TRUE(due()) << "the runner answered before it was over";
  later(1s);
  answers(running());
  EXPECT_FALSE(due());
}

TEST_F(Monitor, TheConsoleIsNewerThanTheLastAnswer) {
  says(kStart);
  answers(running("generic/001"));
  says("[ 12.0] run fstests generic/002 at x\n");
  EXPECT_EQ(monitor->test(), "generic/002");
  answers(running("section/generic/002"));
  EXPECT_EQ(monitor->test(), "section/generic/002");
}

TEST_F(Monitor, AfterARestartAllBeginsAnew) {
  answers(running());
  says(std::string(kStart) + kPanic);
  monitor->dead();
  ASSERT_TRUE(verdict());
  says("SeaBIOS\n");
  says(std::string(kBoot) + "[ 1.0] up\n");
  monitor->restarted(now);
  EXPECT_FALSE(verdict());
  EXPECT_FALSE(monitor->in_doubt());
  EXPECT_EQ(monitor->test(), "");
  auto state = running("generic/002");
  state.boot_id = "boot-2";
  answers(state);
  EXPECT_FALSE(verdict());
  says(kPanic);
  monitor->dead();
  EXPECT_EQ(verdict()->test, "generic/002");
}

TEST(RunState, IsWholeOrAnError) {
  const std::string text =
      "run=20261121T031502Z\nboot_id=b\nunit=active\nended=0\nexit_status=\nplanned=3\nrecorded=1\ncrashed=0\n"
      "current=generic/002\nsince=5\nnow=9\nlater=unknown\n";
  const auto state = parse_run_state(text);
  EXPECT_EQ(state.run, "20261121T031502Z");
  EXPECT_TRUE(state.active);
  EXPECT_FALSE(state.ended);
  EXPECT_FALSE(state.exit_status);
  EXPECT_EQ(state.planned, 3);
  EXPECT_EQ(state.recorded, 1);
  EXPECT_EQ(state.current, "generic/002");
  EXPECT_EQ(state.now - state.since, 4);
  EXPECT_THROW(parse_run_state(text.substr(0, text.find("now="))), support::Error);
  EXPECT_THROW(parse_run_state("planned=many\n" + text.substr(text.find("boot_id"))), support::Error);
  EXPECT_THROW(parse_run_state(""), support::Error);
  EXPECT_EQ(run_begin("19700102T000001Z"), 86401);
  EXPECT_EQ(run_begin("current"), 0);
}

}  // namespace
}  // namespace kdevops::fleet
