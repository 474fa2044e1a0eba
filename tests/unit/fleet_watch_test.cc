// SPDX-License-Identifier: GPL-2.0-or-later
// Watching whole runs, on guests that only exist here.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fleet/crash_record.h"
#include "fleet/power.h"
#include "fleet/up.h"
#include "fleet/watch.h"
#include "fleet_testing.h"
#include "hypervisor/fake.h"
#include "plan/variables.h"
#include "support/error.h"

namespace kdevops::fleet {
namespace {

using namespace std::chrono_literals;
using hypervisor::FakeHypervisor;
using hypervisor::State;
using support::Error;
using support::ExitCode;
using support::ProcessResult;
using testing::World;

constexpr const char* kRun = "20201121T031502Z";

/// A node with its runner: every question takes the run one test further, unless the test in flight
/// does not let it.
class Runner {
 public:
  std::vector<std::string> tests{"a", "b", "c", "d"};
  std::set<std::string> panics{}, hangs{};
  bool answers = true;
  bool reboots = false;           ///< after a panic, by itself
  bool at_once = false;           ///< its first test begins before start returns
  int refuses_rounds = 0;         ///< connections that fail before one works
  int too_busy = 0;               ///< questions that time out though its SSH server answers
  bool stopped = false;           ///< the unit was killed
  bool has_run = true;
  std::function<void(const std::string& console)> print = [](const std::string&) {};

  std::vector<std::string> crashed{};
  std::set<std::string> recorded{};
  std::string current{};
  int boot = 1;
  bool active = true;
  int questions = 0;

  ProcessResult run(const std::string& command) {
    if (refuses_rounds > 0 || !answers) {
      --refuses_rounds;
      return {255, "", "ssh: connect to host x port 22: No route to host\n", false};
    }
    if (too_busy > 0) {
      --too_busy;
      return {143, "", "", true};
    }
    if (!has_run) return {66, "", "", false};
    if (command.ends_with("runner.sh state")) return {0, state(), "", false};
    if (command.ends_with("cat tests")) return {0, fmt::format("{}\n", fmt::join(tests, "\n")), "", false};
    if (command.ends_with("runner.sh start")) {
      active = true;
      if (at_once) advance();
      return {0, "", "", false};
    }
    if (const auto at = command.find("runner.sh crashed "); at != std::string::npos) {
      const auto line = command.substr(at + std::string("runner.sh crashed ").size());
      if (std::find(crashed.begin(), crashed.end(), line) == crashed.end()) crashed.push_back(line);
      return {0, "", "", false};
    }
    if (command.find("sysrq-trigger") != std::string::npos) {
      print("[ 700.0] sysrq: Show Blocked State\n");
      return {0, "", "", false};
    }
    return {0, "Python 3.11.2\n", "", false};  // who waits until it is ready
  }

  /// `test` is in flight for a long time already.
  void hang_in(const std::string& test) {
    hangs = {test};
    for (const auto& before : tests) {
      if (before == test) break;
      recorded.insert(before);
    }
    current = test;
  }

  void power_on() {
    ++boot;
    answers = true;
    active = false;
    current.clear();
    print("[    0.0] Linux version 6.1\n");
  }

 private:
  bool is_left_out(const std::string& test) const {
    return recorded.contains(test) ||
           std::any_of(crashed.begin(), crashed.end(), [&](const auto& line) { return line.ends_with(" " + test); });
  }

  void advance() {
    if (!active || hangs.contains(current)) return;
    if (!current.empty()) recorded.insert(current);
    current.clear();
    const auto next = std::find_if(tests.begin(), tests.end(), [&](const auto& test) { return !is_left_out(test); });
    if (next == tests.end()) {
      active = false;
      return;
    }
    current = *next;
    print("[   50.0] run fstests " + current.substr(current.find('/') + 1) + " at x\n");
    if (!panics.contains(current)) return;
    print("[   51.0] Kernel panic - not syncing: sysrq triggered crash\n");
    if (reboots) {
      power_on();
    } else {
      answers = false;
    }
  }

  std::string state() {
    ++questions;
    if (stopped) active = false;
    const bool ended = !active && recorded.size() + crashed.size() == tests.size();
    const int age = hangs.contains(current) ? 100000 : 0;
    const auto text = fmt::format(
        "run={}\nboot_id=boot-{}\nunit={}\nended={}\nexit_status={}\nplanned={}\nrecorded={}\ncrashed={}\ncurrent={}\n"
        "since={}\nnow={}\n",
        kRun, boot, active ? "active" : "inactive", ended ? 1 : 0, ended ? "0" : "", tests.size(), recorded.size(),
        crashed.size(), current, current.empty() ? 0 : 2000000000 - age, 2000000000);
    advance();
    return text;
  }
};

/// Watches n0 and n1 of a World, whose runners are scripted.
class Watch : public ::testing::Test {
 protected:
  Watch() {
    up(world.context(), {});
    for (int i = 0; i < 2; ++i) connect(i);
    world.processes.on_run = [this](const support::Command& command) -> std::optional<ProcessResult> {
      if (command.argv[0] != "ssh") return std::nullopt;
      for (int i = 0; i < 2; ++i) {
        const auto address = "@" + addresses[i];
        const auto here = [&](const std::string& word) {
          return word.ends_with(address) || word == world.plan.nodes[i].name;
        };
        if (std::none_of(command.argv.begin(), command.argv.end(), here)) continue;
        commands.push_back(command.argv.back());
        if (on_command) on_command();
        return runners[i].run(command.argv.back());
      }
      return ProcessResult{255, "", "no such host", false};
    };
    hv.on_call = [this](const std::string& call) {
      for (int i = 0; i < 2; ++i) {
        if (call != "start " + world.plan.nodes[i].name) continue;
        world.files.write(log(i), "SeaBIOS\n", 0600);  // libvirt empties it
        dies[i] = stillborn[i] > 0 && --stillborn[i] > 0;
        if (!dies[i]) runners[i].power_on();
      }
    };
    dog.limits = {0ms, 600s, 300s, 60s};
  }

  void connect(int i) {
    addresses[i] = world.published.at(world.plan.nodes[i].name);
    world.files.write(log(i), "[    0.0] Linux version 6.1\n", 0600);
    runners[i].print = [this, i](const std::string& text) {
      world.files.write(log(i), world.files.read(log(i)).value_or("") + text, 0600);
    };
  }

  std::string log(int i) const { return world.plan.nodes[i].directory + "/console.log"; }
  std::string results(const std::string& node = "n0") const {
    return fmt::format("/t/tree/workflows/fstests/results/{}/{}", kRun, node);
  }

  static constexpr const char* kUnanswered = "/t/tree/workflows/fstests/results/.unanswered/n0";

  /// n0 panics before anyone asked it.
  void panic_in_a() {
    runners[0].print("[ 50.0] run fstests a at x\n[ 51.0] Kernel panic - not syncing: y\n");
    runners[0].answers = false;
  }

  std::vector<NodeWatch> run(const std::vector<std::string>& nodes = {"n0"}, bool declared = false) {
    context.emplace(world.context());
    context->banner = [this](const std::string& address, int, Milliseconds) {
      const int i = address == addresses[0] ? 0 : 1;
      if (hv.domain(world.plan.nodes[i].name)->state == State::paused) return std::string();
      if (dies[i]) {
        hv.set_state(world.plan.nodes[i].name, hypervisor::State::off);
        return std::string();
      }
      return std::string(runners[i].answers ? "SSH-2.0" : "");
    };
    const WatchTools tools{world.plan, world.files, world.processes, world.progress, world.stop.get_token(),
                           [&, declared](const std::string& name) {
                             return declared ? declared_host(world.plan, world.processes, name,
                                                             world.stop.get_token(), 1ms)
                                             : own_guest(*context, world.plan.node(name));
                           },
                           [this] { return try_lock(); }, 2, 1ms};
    return watch(tools, "fstests", nodes, dog);
  }

  /// The Error that the whole ends with.
  Error conclusion(const std::vector<NodeWatch>& nodes) {
    try {
      conclude(nodes, "fstests", "baseline", world.stop.stop_requested());
    } catch (const Error& e) {
      return e;
    }
    return {ExitCode::ok, "nothing was thrown"};
  }

  /// n0 stands still for a while.
  void pause() {
    hv.set_state("n0", State::paused);
    resume = std::jthread([this] {
      std::this_thread::sleep_for(300ms);
      hv.set_state("n0", State::running);
    });
  }

  int calls(const std::string& call) const {
    const auto all = hv.calls();
    return static_cast<int>(std::count(all.begin(), all.end(), call));
  }

  FakeHypervisor hv;
  World world{testing::make_plan(2), hv};
  Runner runners[2];
  std::string addresses[2];
  int stillborn[2]{};  ///< 1 + how many of the next starts end before the guest is up
  bool dies[2]{};
  Watchdog dog;
  std::vector<std::string> commands;
  std::function<void()> on_command;   ///< with the processes locked, before every ssh
  std::function<std::shared_ptr<void>()> try_lock = [] { return std::make_shared<int>(0); };
  std::optional<Context> context;
  std::jthread resume;
};

TEST_F(Watch, RunsThatEndByThemselvesAreWell) {
  const auto nodes = run({"n0", "n1"});
  for (const auto& node : nodes) {
    EXPECT_TRUE(node.ended());
    EXPECT_EQ(node.state->recorded, 4);
    EXPECT_TRUE(node.crashes.empty());
  }
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::ok);
  EXPECT_EQ(calls("start n0"), 1) << "by up";
}

TEST_F(Watch, EveryWordOfARemoteCommandIsQuoted) {
  plan::set_variable(world.plan.ansible.variables, "data_path", std::string("/the data"));
  plan::set_variable(world.plan.ansible.variables, "data_device", std::string("/dev/vdb"));
  plan::set_variable(world.plan.ansible.variables, "data_label", std::string("it's"));
  run();
  EXPECT_TRUE(commands.front().starts_with("sudo -n sh -c '")) << commands.front();
  EXPECT_TRUE(commands.front().ends_with("sh '/the data' 'it'\\''s' fstests sh runner.sh state")) << commands.front();
}

TEST_F(Watch, APanicIsNamedSavedAndTheRunGoesOnBehindIt) {
  runners[0].panics = {"b"};
  const auto nodes = run({"n0", "n1"});
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  const auto& crash = nodes[0].crashes[0];
  EXPECT_EQ(crash.verdict.fault, Fault::panic);
  EXPECT_EQ(crash.verdict.test, "b");
  EXPECT_TRUE(crash.continued);
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(runners[0].recorded, (std::set<std::string>{"a", "c", "d"}));
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic b"});
  EXPECT_EQ(calls("power off n0"), 1);
  EXPECT_TRUE(nodes[1].crashes.empty());
  EXPECT_EQ(calls("power off n1"), 0);
  EXPECT_EQ(crash.evidence, results() + "/crash-1.txt");
  const auto evidence = *world.files.read(crash.evidence);
  EXPECT_TRUE(evidence.starts_with("verdict: panic\ntest: b\nnode: n0\nboot: boot-")) << evidence;
  EXPECT_TRUE(evidence.ends_with("\n\n[   50.0] run fstests b at x\n"
                                 "[   51.0] Kernel panic - not syncing: sysrq triggered crash\n")) << evidence;
  EXPECT_EQ(*world.files.read(results() + "/crashed"), "panic b\n");
  const auto error = conclusion(nodes);
  EXPECT_EQ(error.code(), ExitCode::guest_crashed);
  EXPECT_STREQ(error.what(), "panic in b on n0");
  EXPECT_NE(error.hint().find("crash-1.txt"), std::string::npos);
}

TEST_F(Watch, APanicWhileTheRunnerIsAskedIsThatPanic) {
  // The question begins while b is in flight; c begins, panics, and the answer never comes.
  const auto answer = world.processes.on_run;
  bool panicked = false;
  world.processes.on_run = [&](const support::Command& command) -> std::optional<ProcessResult> {
    if (!panicked && runners[0].current == "b") {
      panicked = true;
      runners[0].recorded = {"a", "b"};
      runners[0].answers = false;
      runners[0].print("[ 60.0] run fstests c at x\n[ 61.0] Kernel panic - not syncing: sysrq triggered crash\n");
      return ProcessResult{143, "", "", true};
    }
    return answer(command);
  };
  dog.limits.silence = 0ms;
  const auto nodes = run();
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(nodes[0].crashes[0].verdict.fault, Fault::panic);
  EXPECT_EQ(nodes[0].crashes[0].verdict.test, "c");
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic c"});
}

TEST_F(Watch, ACrashBeforeTheFirstAnswerIsOfTheRunThatTheNodeTells) {
  panic_in_a();
  const auto nodes = run();
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(nodes[0].crashes[0].evidence, results() + "/crash-1.txt");
  EXPECT_NE(world.files.read(results() + "/crash-1.txt").value_or("").find("reason: Kernel panic"), std::string::npos);
  EXPECT_EQ(*world.files.read(results() + "/crashed"), "panic a\n");
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic a"});
  EXPECT_FALSE(world.files.exists(kUnanswered));
  EXPECT_TRUE(nodes[0].ended());
}

TEST_F(Watch, ACrashWithoutAnAnswerIsToldByTheNextWatcher) {
  dog.restarts = false;
  panic_in_a();
  run();
  EXPECT_TRUE(runners[0].crashed.empty());
  runners[0].power_on();
  dog.restarts = true;
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].crashes.empty());
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic a"});
  EXPECT_TRUE(world.files.exists(results() + "/crash-1.txt"));
  EXPECT_FALSE(world.files.exists(kUnanswered));
}

TEST_F(Watch, ACrashFromBeforeTheRunIsOfAnother) {
  const auto old = std::string(kUnanswered) + "/20191121T031502Z/crashed";
  world.files.write(old, "panic a\n", 0644);
  const auto nodes = run();
  EXPECT_EQ(nodes[0].state->recorded, 4);
  EXPECT_TRUE(runners[0].crashed.empty());
  EXPECT_TRUE(world.files.exists(old));
}

TEST_F(Watch, AHangIsNamedWithTheStacksOfItsTasks) {
  runners[0].hang_in("c");
  const auto nodes = run();
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(nodes[0].crashes[0].verdict.fault, Fault::hang);
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"hang c"});
  EXPECT_EQ(runners[0].recorded, (std::set<std::string>{"a", "b", "d"}));
  EXPECT_NE(world.files.read(results() + "/crash-1.txt")->find("Show Blocked State"), std::string::npos);
}

TEST_F(Watch, ATestOfASectionGetsItsPlannedName) {
  runners[0].tests = {"crc/a", "crc/b", "reflink/a", "reflink/b"};
  runners[0].panics = {"reflink/a"};
  const auto nodes = run();
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic reflink/a"});
  EXPECT_TRUE(nodes[0].ended());
}

TEST_F(Watch, SeveralCrashesWithTestsBetweenThemAreAllSurvived) {
  runners[0].tests = {"a", "b", "c", "d", "e", "f", "g", "h"};
  runners[0].panics = {"a", "c", "e", "g"};
  const auto nodes = run();
  EXPECT_EQ(nodes[0].crashes.size(), 4U);
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(nodes[0].crashes[3].evidence, results() + "/crash-4.txt");
}

TEST_F(Watch, ACrashBeforeStartReturnsHasItsTest) {
  runners[0].tests = {"a", "b", "c", "d", "e"};
  runners[0].panics = {"b", "c"};
  runners[0].at_once = true;
  const auto nodes = run();
  EXPECT_EQ(runners[0].crashed, (std::vector<std::string>{"panic b", "panic c"}));
  EXPECT_TRUE(nodes[0].ended());
}

TEST_F(Watch, CrashAfterCrashWithoutAResultIsGivenUp) {
  runners[0].panics = {"a", "b", "c", "d"};
  const auto nodes = run();
  EXPECT_EQ(nodes[0].crashes.size(), 3U);
  EXPECT_FALSE(nodes[0].ended());
  EXPECT_FALSE(nodes[0].crashes[2].continued);
  EXPECT_EQ(calls("power off n0"), 2);
  const auto error = conclusion(nodes);
  EXPECT_EQ(error.code(), ExitCode::guest_crashed);
  EXPECT_NE(error.hint().find("nixos-vm restart n0"), std::string::npos);
}

TEST_F(Watch, AGuestThatStopsWhileItComesUpIsStartedOnceMore) {
  runners[0].panics = {"b"};
  stillborn[0] = 2;
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(calls("start n0"), 3) << "by up, and twice behind the crash";
}

TEST_F(Watch, AGuestThatDoesNotComeUpIsGivenUp) {
  runners[0].panics = {"b"};
  stillborn[0] = 9;
  const auto nodes = run();
  EXPECT_FALSE(nodes[0].ended());
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::guest_crashed);
  EXPECT_EQ(calls("start n0"), 3);
}

TEST_F(Watch, WithoutResetTheNodeIsLeftAsItIs) {
  dog.restarts = false;
  runners[0].panics = {"b"};
  const auto nodes = run({"n0", "n1"});
  EXPECT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_FALSE(nodes[0].ended());
  EXPECT_FALSE(nodes[0].going());
  EXPECT_TRUE(nodes[1].ended()) << "the other node goes on";
  EXPECT_EQ(calls("power off n0"), 0);
  EXPECT_EQ(*world.files.read(results() + "/crashed"), "panic b\n") << "the controller remembers";
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::guest_crashed);
}

TEST_F(Watch, WithoutResetAHungNodeThatAnswersNotesItItself) {
  dog.restarts = false;
  runners[0].hang_in("b");
  run();
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"hang b"});
  EXPECT_EQ(calls("power off n0"), 0);
}

TEST_F(Watch, WhatTheControllerRemembersIsToldToTheNode) {
  world.files.write(results() + "/crashed", "panic b\n", 0644);
  runners[0].panics = {"b"};
  runners[0].active = false;  // the watcher that restarted it was interrupted
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_TRUE(nodes[0].crashes.empty());
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic b"});
}

TEST_F(Watch, ANodeThatIsOffCrashed) {
  hv.set_state("n0", State::off);
  runners[0].answers = false;
  const auto nodes = run();
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(nodes[0].crashes[0].verdict.reason, "its domain is off");
  EXPECT_TRUE(nodes[0].ended()) << "started again, it went on";
}

TEST_F(Watch, WhileTheDomainIsPausedNoTimePasses) {
  dog.limits.silence = dog.limits.oops = 50ms;
  const auto answer = world.processes.on_run;
  world.processes.on_run = [&](const support::Command& command) -> std::optional<ProcessResult> {
    if (runners[0].questions == 3 && !resume.joinable()) {
      runners[0].print("[ 60.0] Kernel panic - not syncing: stopped at its breakpoint\n");
      pause();
    }
    if (hv.domain("n0")->state == State::paused) return ProcessResult{255, "", "Connection timed out\n", false};
    return answer(command);
  };
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].crashes.empty());
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(calls("power off n0"), 0);
}

TEST_F(Watch, ANodeThatRestartsByItselfIsNotPoweredOff) {
  runners[0].panics = {"b"};
  runners[0].reboots = true;
  const auto nodes = run();
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(nodes[0].crashes[0].verdict.test, "b");
  EXPECT_EQ(calls("power off n0"), 0);
  EXPECT_TRUE(nodes[0].ended());
}

TEST_F(Watch, SshThatFailsForAWhileIsForgiven) {
  runners[0].refuses_rounds = 20;
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_TRUE(nodes[0].crashes.empty());
}

TEST_F(Watch, ABusyGuestWhoseSshServerAnswersIsNotDead) {
  dog.limits.silence = 0ms;
  runners[0].too_busy = 5;
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_TRUE(nodes[0].crashes.empty());
}

TEST_F(Watch, AnOldPanicIsIgnored) {
  world.files.write(log(0), "[ 1.0] Linux version 6.1\n[ 9.0] run fstests a at x\n[ 9.1] Kernel panic - not syncing: x\n"
                            "[ 0.0] Linux version 6.1\n", 0600);
  EXPECT_TRUE(run()[0].crashes.empty());
}

TEST_F(Watch, ANodeThatWasDestroyedIsAnError) {
  on_command = [&] {
    if (hv.domain("n0")) hv.undefine("n0");
  };
  const auto nodes = run();
  ASSERT_TRUE(nodes[0].error);
  EXPECT_EQ(nodes[0].error->code(), ExitCode::failed);
  EXPECT_EQ(nodes[0].error->where(), "n0");
  EXPECT_TRUE(nodes[0].crashes.empty());
}

TEST_F(Watch, ANodeThatDoesNotComeUpAgainIsADeadline) {
  runners[0].panics = {"b"};
  const auto power_on = hv.on_call;
  hv.on_call = [&](const std::string& call) {
    power_on(call);
    runners[0].answers = false;
  };
  const auto nodes = run({"n0", "n1"});
  ASSERT_TRUE(nodes[0].error);
  EXPECT_EQ(nodes[0].error->code(), ExitCode::deadline_passed);
  EXPECT_TRUE(nodes[1].ended());
  const auto error = conclusion(nodes);
  EXPECT_EQ(error.code(), ExitCode::guest_crashed) << "the graver one";
  EXPECT_NE(error.hint().find("n0: got no DHCP lease"), std::string::npos) << error.hint();
}

TEST_F(Watch, ARunnerThatWasKilledIsAnErrorThatSaysHowToGoOn) {
  runners[0].stopped = true;
  const auto nodes = run();
  ASSERT_TRUE(nodes[0].error);
  EXPECT_NE(nodes[0].error->hint().find("make fstests-baseline"), std::string::npos);
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::failed);
}

TEST_F(Watch, AKeyThatIsNotAcceptedIsSaidAtOnce) {
  world.processes.on_run = [](const support::Command&) {
    return ProcessResult{255, "", "kdevops@n0: Permission denied (publickey).\n", false};
  };
  const auto nodes = run();
  ASSERT_TRUE(nodes[0].error);
  EXPECT_NE(std::string(nodes[0].error->what()).find("Permission denied"), std::string::npos);
}

TEST_F(Watch, ANodeWithoutARunIsNothingToWatch) {
  runners[1].has_run = false;
  auto nodes = run({"n0", "n1"});
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::ok);
  runners[0].has_run = false;
  nodes = run({"n0", "n1"});
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::failed);
  EXPECT_EQ(conclusion(nodes).hint(), "`make fstests-baseline` starts one.");
}

TEST_F(Watch, AnInterruptEndsTheWatchingAndNoRun) {
  runners[0].hangs = {"b"};
  dog.limits.test.reset();
  on_command = [&] {
    if (runners[0].current == "b") world.stop.request_stop();
  };
  const auto nodes = run({"n0", "n1"});
  EXPECT_TRUE(runners[0].active);
  EXPECT_TRUE(nodes[0].going());
  const auto error = conclusion(nodes);
  EXPECT_EQ(error.code(), ExitCode::interrupted);
  EXPECT_NE(std::string(error.what()).find("fstests runs go on"), std::string::npos) << error.what();
  EXPECT_EQ(error.hint(), "`make fstests-baseline` comes back to them, `make fstests-stop` ends them.");
}

TEST_F(Watch, AnInterruptDuringARestartLeavesTheNodeOnAndTheNextWatcherFinishes) {
  runners[0].panics = {"b"};
  const auto power_on = hv.on_call;
  hv.on_call = [&](const std::string& call) {
    if (call == "power off n0") world.stop.request_stop();
    power_on(call);
  };
  EXPECT_EQ(conclusion(run()).code(), ExitCode::interrupted);
  EXPECT_EQ(hv.domain("n0")->state, State::running);
  EXPECT_TRUE(runners[0].crashed.empty());
  world.stop = {};
  const auto nodes = run();
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"panic b"});
}

TEST_F(Watch, WhoHasTheLockRestartsAndTheOtherWaits) {
  runners[0].panics = {"b"};
  int asked = 0;
  try_lock = [&]() -> std::shared_ptr<void> {
    if (++asked < 5) return nullptr;
    if (asked == 5) {  // meanwhile the other one did it
      hv.power_off("n0");
      hv.start("n0");
      runners[0].crashed = {"panic b"};
      runners[0].active = true;
    }
    return std::make_shared<int>(0);
  };
  const auto nodes = run();
  EXPECT_EQ(calls("start n0"), 2) << "up, and the other watcher";
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(conclusion(nodes).code(), ExitCode::guest_crashed);
}

TEST_F(Watch, WhatTheOtherRestartedWithoutAWordOnTheConsoleIsNotRestartedAgain) {
  runners[0].hang_in("b");
  const auto print = runners[0].print;
  runners[0].print = [&](const std::string& text) {
    if (text.find("Linux version") == std::string::npos) print(text);
  };
  int asked = 0;
  try_lock = [&]() -> std::shared_ptr<void> {
    if (++asked < 5) return nullptr;
    if (asked == 5) {
      hv.power_off("n0");
      hv.start("n0");
      runners[0].crashed = {"hang b"};
      runners[0].active = true;
    }
    return std::make_shared<int>(0);
  };
  const auto nodes = run();
  EXPECT_EQ(calls("start n0"), 2) << "up, and the other watcher";
  EXPECT_TRUE(nodes[0].ended());
}

TEST_F(Watch, ANodeThatAnotherNixosVmTurnsOffStaysOff) {
  int asked = 0;
  try_lock = [&]() -> std::shared_ptr<void> { return ++asked < 5 ? nullptr : std::make_shared<int>(0); };
  on_command = [&] {
    hv.set_state("n0", State::off);
    runners[0].answers = false;
  };
  const auto nodes = run();
  ASSERT_TRUE(nodes[0].error);
  EXPECT_TRUE(nodes[0].crashes.empty());
  EXPECT_EQ(calls("start n0"), 1) << "by up";
  EXPECT_NE(nodes[0].error->hint().find("nixos-vm start n0"), std::string::npos);
}

TEST_F(Watch, ADeclaredHostIsWatchedByItsNameAndTheUsersSsh) {
  const auto nodes = run({"n0"}, true);
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_TRUE(nodes[0].crashes.empty());
}

TEST_F(Watch, ADeclaredHostThatRebootedGoesOn) {
  runners[0].panics = {"b"};
  runners[0].reboots = true;
  runners[0].print = [](const std::string&) {};
  const auto nodes = run({"n0"}, true);
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_EQ(nodes[0].crashes[0].verdict.reason, "the guest restarted by itself");
  EXPECT_TRUE(nodes[0].ended());
  EXPECT_EQ(calls("power off n0"), 0);
}

TEST_F(Watch, ADeclaredHostThatHangsIsLeft) {
  runners[0].hang_in("b");
  const auto nodes = run({"n0"}, true);
  ASSERT_EQ(nodes[0].crashes.size(), 1U);
  EXPECT_FALSE(nodes[0].crashes[0].continued);
  EXPECT_EQ(runners[0].crashed, std::vector<std::string>{"hang b"});
}

TEST_F(Watch, JsonTellsEverything) {
  runners[0].panics = {"b"};
  const auto json = nlohmann::json::parse(to_json(run(), "fstests"));
  const auto& node = json.at("nodes").at(0);
  EXPECT_EQ(node.at("run"), kRun);
  EXPECT_EQ(node.at("ended"), true);
  EXPECT_EQ(node.at("exit_status"), 0);
  EXPECT_EQ(node.at("crashes").at(0).at("test"), "b");
  EXPECT_EQ(node.at("crashes").at(0).at("verdict"), "panic");
  EXPECT_TRUE(node.at("error").is_null());
}

TEST_F(Watch, ConclusionsTakeTheGravestCode) {
  NodeWatch well{"n0", RunState{}, {}, false, {}}, late{"n1", {}, {}, false, Error(ExitCode::deadline_passed, "late", "n1")},
      bad{"n2", {}, {}, false, Error(ExitCode::failed, "bad", "n2")};
  well.state->run = kRun;
  well.state->ended = true;
  EXPECT_EQ(conclusion({well}).code(), ExitCode::ok);
  EXPECT_STREQ(conclusion({well, bad}).what(), "bad");
  EXPECT_EQ(conclusion({well, bad, late}).code(), ExitCode::deadline_passed);
}

TEST_F(Watch, RestartShutsDownStartsAndWaits) {
  const auto ctx = world.context();
  restart(ctx, {"n0"});
  EXPECT_EQ(calls("shut down n0"), 1);
  EXPECT_EQ(calls("start n0"), 2);
  EXPECT_EQ(calls("start n1"), 1);
  EXPECT_EQ(hv.domain("n0")->state, State::running);
}

TEST_F(Watch, RestartPullsThePlugOfAGuestThatPanickedAndStartsOneThatIsOff) {
  world.files.write(log(0), "Kernel panic - not syncing: x\n", 0600);
  world.banner = "";
  hv.set_state("n1", State::off);
  const auto power_on = hv.on_call;
  hv.on_call = [&](const std::string& call) {
    power_on(call);
    if (call == "start n0") world.banner = "SSH-2.0-OpenSSH";
  };
  const auto ctx = world.context();
  restart(ctx, {"n0"});
  restart(ctx, {"n1"});
  EXPECT_EQ(calls("shut down n0"), 0);
  EXPECT_EQ(calls("power off n0"), 1);
  EXPECT_EQ(calls("shut down n1"), 0);
  EXPECT_EQ(hv.domain("n1")->state, State::running);
}

TEST_F(Watch, RestartRefusesWhatDoesNotExistBeforeAnythingHappens) {
  hv.undefine("n1");
  const auto ctx = world.context();
  EXPECT_THROW(restart(ctx, {}), Error);
  EXPECT_EQ(calls("shut down n0"), 0);
}

TEST(WatchPlan, NodesAreThoseOfTheGroups) {
  plan::Plan plan;
  plan.ansible.groups = {{"all", {"a", "a-dev", "nfsd", "b"}, ""}, {"baseline", {"a", "b"}, ""}, {"dev", {"a-dev"}, ""},
                         {"service", {"nfsd", "b"}, ""}};
  using Names = std::vector<std::string>;
  EXPECT_EQ(watched_nodes(plan, "baseline", {}), (Names{"a", "b"}));
  EXPECT_EQ(watched_nodes(plan, "baseline:dev", {}), (Names{"a", "b", "a-dev"}));
  EXPECT_EQ(watched_nodes(plan, "baseline:dev", {"a-dev", "a"}), (Names{"a", "a-dev"}));
  EXPECT_THROW(watched_nodes(plan, "all", {}), Error);
  EXPECT_THROW(watched_nodes(plan, "baseline:", {}), Error);
  EXPECT_THROW(watched_nodes(plan, "baseline", {"a-dev"}), Error);
  EXPECT_THROW(watched_nodes(plan, "baseline", {"nfsd"}), Error);
  plan.ansible.groups.pop_back();
  plan.ansible.groups[2].hosts.clear();
  EXPECT_THROW(watched_nodes(plan, "dev", {}), Error);
}

TEST(WatchPlan, TheWatchdogComesFromTheVariables) {
  plan::Plan plan;
  const auto usual = watchdog(plan, "ltp");
  EXPECT_EQ(usual.limits.check, 5s);
  EXPECT_EQ(usual.limits.test, Milliseconds(60min));
  EXPECT_TRUE(usual.restarts);
  auto& variables = plan.ansible.variables;
  variables = {{"ltp_watchdog", true}, {"ltp_watchdog_check_time", std::int64_t{9}},
               {"ltp_watchdog_max_new_test_time", std::int64_t{2}}, {"ltp_watchdog_reset_hung_systems", false}};
  const auto own = watchdog(plan, "ltp");
  EXPECT_EQ(own.limits.check, 9s);
  EXPECT_EQ(own.limits.test, Milliseconds(2min));
  EXPECT_EQ(own.limits.silence, usual.limits.silence) << "a busy guest may be slower than a test";
  EXPECT_FALSE(own.restarts);
  variables = {{"ltp_watchdog", false}, {"ltp_watchdog_reset_hung_systems", true}};
  EXPECT_FALSE(watchdog(plan, "ltp").limits.test);
  EXPECT_FALSE(watchdog(plan, "ltp").restarts);
  variables = {{"fstests_soak_duration", std::int64_t{9900}}};
  EXPECT_EQ(watchdog(plan, "fstests").limits.test, Milliseconds(60min + 9900s));
}

TEST(CrashRecords, NamesArePlannedOnes) {
  const std::vector<std::string> tests{"crc/generic/001", "crc/generic/002", "rmap/generic/001", "fs/gf01"};
  EXPECT_EQ(planned_name("gf01", tests, 0), "fs/gf01");
  EXPECT_EQ(planned_name("generic/001", tests, 0), "crc/generic/001");
  EXPECT_EQ(planned_name("generic/001", tests, 2), "rmap/generic/001");
  EXPECT_EQ(planned_name("rmap/generic/001", tests, 0), "rmap/generic/001");
  EXPECT_EQ(planned_name("unknown", tests, 0), "unknown");
  EXPECT_EQ(planned_name("f01", tests, 0), "f01");
  EXPECT_EQ(planned_name("", tests, 0), "");
}

TEST(CrashRecords, NothingIsLostAndNothingIsKeptTwice) {
  support::MemoryFiles files;
  CrashRecord record(files, "/r");
  const Verdict first{Fault::panic, "a", "one", false}, second{Fault::hang, "b", "two", false},
      again{Fault::panic, "a", "three", false}, nameless{Fault::panic, "", "four", false};
  EXPECT_EQ(record.save(first, "n", "b1", "console\n"), "/r/crash-1.txt");
  EXPECT_EQ(record.save(second, "n", "b2", ""), "/r/crash-2.txt");
  const auto before = files.contents;
  EXPECT_EQ(record.save(first, "n", "b1", "another watcher's\n"), "/r/crash-1.txt");
  EXPECT_EQ(files.contents, before);
  EXPECT_EQ(record.save(again, "n", "b3", "later\n"), "/r/crash-1.txt");
  EXPECT_TRUE(files.contents["/r/crash-1.txt"].starts_with(before.at("/r/crash-1.txt")));
  EXPECT_NE(files.contents["/r/crash-1.txt"].find("reason: three"), std::string::npos);
  EXPECT_EQ(record.save(nameless, "n", "b4", ""), "/r/console-1.log");
  EXPECT_EQ(record.save(nameless, "n", "b5", ""), "/r/console-2.log");
  EXPECT_EQ(record.save(nameless, "n", "b4", ""), "/r/console-1.log");
  EXPECT_EQ(record.lines(), (std::vector<std::string>{"panic a", "hang b"}));
}

TEST(CrashRecords, WhatWasNotedBeforeTheRunWasKnownGoesBehindWhatIsThere) {
  support::MemoryFiles files;
  const auto kept = [&](const std::string& path) { return files.read(path).value_or(""); };
  CrashRecords records(files, "/r", "n");
  const Verdict a{Fault::panic, "a", "one", false}, b{Fault::panic, "b", "two", false},
      c{Fault::hang, "c", "three", false}, none{Fault::panic, "", "four", false};
  auto run = records.of(kRun);
  run.save(a, "n", "boot", "");
  run.save(b, "n", "boot", "first\n");
  run.save(none, "n", "boot", "");
  auto unknown = records.of("");
  const auto again = unknown.save(b, "n", "", "second\n"), other = unknown.save(c, "n", "", "third\n"),
             nameless = unknown.save(none, "n", "", "fourth\n");
  const auto before = files.contents;
  const auto directory = "/r/" + std::string(kRun) + "/n/";
  const std::map<std::string, std::string> moved{{again, directory + "crash-2.txt"}, {other, directory + "crash-3.txt"},
                                                 {nameless, directory + "console-2.log"}};
  EXPECT_EQ(records.assign(kRun), moved);
  EXPECT_EQ(run.lines(), (std::vector<std::string>{"panic a", "panic b", "hang c"}));
  EXPECT_EQ(kept(moved.at(again)), before.at(moved.at(again)) + before.at(again));
  EXPECT_EQ(kept(moved.at(other)), before.at(other));
  EXPECT_EQ(kept(moved.at(nameless)), before.at(nameless));
  EXPECT_FALSE(files.exists("/r/.unanswered/n"));
  const auto after = files.contents;
  EXPECT_TRUE(records.assign(kRun).empty());
  for (const auto& path : {again, other, nameless, again.substr(0, again.rfind('/')) + "/crashed"}) {
    files.contents[path] = before.at(path);
  }
  EXPECT_EQ(records.assign(kRun), moved) << "it was ended before it removed them";
  EXPECT_EQ(files.contents, after);
}

}  // namespace
}  // namespace kdevops::fleet
