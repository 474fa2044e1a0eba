// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "fleet/console_log.h"
#include "fleet/destroy.h"
#include "fleet/status.h"
#include "fleet/up.h"
#include "fleet_testing.h"
#include "hypervisor/fake.h"
#include "support/error.h"

namespace kdevops::fleet {
namespace {

using hypervisor::FakeHypervisor;
using hypervisor::State;
using support::ExitCode;
using testing::make_plan;
using testing::World;

class FleetUp : public ::testing::Test {
 protected:
  std::vector<NodeUp> run(const std::vector<std::string>& names = {}) {
    const auto context = world.context();
    return up(context, names);
  }
  void run_destroy(const std::vector<std::string>& names = {}, bool keep_disks = false) {
    const auto context = world.context();
    destroy(context, names, keep_disks);
  }
  /// The Error that `up` ends with.
  support::Error failure(const std::vector<std::string>& names = {}) {
    try {
      run(names);
    } catch (const support::Error& e) {
      return e;
    }
    return {ExitCode::ok, "nothing was thrown"};
  }
  std::size_t calls(const std::string& prefix) const {
    const auto all = hv.calls();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const std::string& call) { return call.rfind(prefix, 0) == 0; }));
  }

  FakeHypervisor hv;
  World world{make_plan(3), hv};
};

TEST_F(FleetUp, MakesEveryNodeOnce) {
  const auto nodes = run();
  ASSERT_EQ(nodes.size(), 3U);
  for (const auto& node : nodes) {
    EXPECT_EQ(node.action, "created");
    EXPECT_EQ(world.published.at(node.name), node.address);
    EXPECT_EQ(hv.domain(node.name)->state, State::running);
  }
  EXPECT_EQ(world.processes.images.size(), 9U);  // a root disk and two drives each
  EXPECT_EQ(*world.files.read(world.plan.nodes[0].directory + "/root.qcow2"), world.base());
}

TEST_F(FleetUp, ASecondRunChangesNothing) {
  run();
  const auto before = hv.calls().size();
  const auto images = world.processes.images.size();
  for (const auto& node : run()) EXPECT_EQ(node.action, "unchanged");
  EXPECT_EQ(hv.calls().size(), before);
  EXPECT_EQ(world.processes.images.size(), images);
}

TEST_F(FleetUp, OneThatIsOffIsStartedAsItIs) {
  run();
  hv.set_state("n1", State::off);
  const auto nodes = run();
  EXPECT_EQ(nodes[0].action, "unchanged");
  EXPECT_EQ(nodes[1].action, "started");
  EXPECT_EQ(calls("define n1"), 1U);
  EXPECT_EQ(calls("start n1"), 2U);
}

TEST_F(FleetUp, OneMadeForAnotherAcceleratorIsDefinedAgainBeforeItStarts) {
  run();
  hv.set_state("n1", State::off);
  world.facts.kvm = true;
  run();
  EXPECT_EQ(calls("define n1"), 2U);
  EXPECT_EQ(calls("define n0"), 1U) << "a running node is left alone";
}

TEST_F(FleetUp, AChangedDomainIsRestartedWithItsDisks) {
  run();
  world.plan.libvirt.memory_mib = 1024;
  world.generate();
  const auto images = world.processes.images.size();
  for (const auto& node : run()) EXPECT_EQ(node.action, "changed");
  EXPECT_EQ(calls("shut down n0"), 1U);
  EXPECT_EQ(calls("start n0"), 2U);
  EXPECT_EQ(world.processes.images.size(), images);
}

TEST_F(FleetUp, ANewImageReplacesRootDisksAndKeepsDrives) {
  run();
  world.processes.images.clear();
  world.plan.systems[0].name = "sys2";
  for (auto& node : world.plan.nodes) node.system = "sys2";
  world.files.write(world.plan.instance.tree + "/nixos/generated/sys2/result/nixos.qcow2", "new", 0444);
  run();
  ASSERT_EQ(world.processes.images.size(), 3U);
  for (const auto& image : world.processes.images) EXPECT_TRUE(image.ends_with("/root.qcow2")) << image;
}

TEST_F(FleetUp, AGuestThatIgnoresThePowerButtonIsPoweredOff) {
  run();
  hv.ignores_power_button = true;
  world.plan.libvirt.memory_mib = 1024;
  world.generate();
  run({"n0"});
  EXPECT_EQ(calls("power off n0"), 1U);
  EXPECT_EQ(hv.domain("n0")->state, State::running);
}

TEST_F(FleetUp, RefusesAForeignDomainBeforeAnythingChanges) {
  hv.define("<domain><name>n1</name><uuid>1</uuid></domain>");
  const auto error = failure();
  EXPECT_EQ(error.code(), ExitCode::failed);
  EXPECT_EQ(error.where(), "n1");
  EXPECT_EQ(calls("define"), 1U);
  EXPECT_TRUE(world.processes.images.empty());
}

TEST_F(FleetUp, SaysWhichTreeADomainBelongsTo) {
  World other(make_plan(1, "/somewhere/else"), hv);
  const auto context = other.context();
  up(context, {});
  EXPECT_NE(std::string(failure().what()).find("/somewhere/else"), std::string::npos);
}

TEST_F(FleetUp, ALeaseThatNeverComesEndsAtTheDeadlineWithADiagnosis) {
  world.banner = "";
  world.plan.deadlines = {1, 60, 1};
  world.files.write(world.plan.nodes[0].directory + "/console.log", "booting\r\n\033[1mstuck here\033[0m\r\n", 0600);
  const auto error = failure({"n0"});
  EXPECT_EQ(error.code(), ExitCode::deadline_passed);
  const std::string what = error.what();
  EXPECT_NE(what.find("DHCP lease"), std::string::npos) << what;
  EXPECT_NE(what.find("stage lease, domain running"), std::string::npos) << what;
  EXPECT_NE(error.hint().find("    stuck here\n"), std::string::npos) << error.hint();
  EXPECT_NE(error.hint().find("/n0/console.log"), std::string::npos) << error.hint();
}

TEST_F(FleetUp, AnSshServerThatNeverAnswersEndsAtItsOwnDeadline) {
  world.banner = "";
  const auto nodes = select(world.plan, {"n0"});
  hv.on_call = [&](const std::string& call) {
    if (call != "start n0") return;
    const auto network = hv.network("default");
    const auto begin = network->xml.find("192.168.122.", network->xml.find("name=\"n0\""));
    hv.add_lease({nodes[0]->mac, network->xml.substr(begin, network->xml.find('"', begin) - begin), "n0", 9});
  };
  world.plan.deadlines = {1, 2, 1};
  const auto error = failure({"n0"});
  EXPECT_EQ(error.code(), ExitCode::deadline_passed);
  EXPECT_NE(std::string(error.what()).find("stage ssh"), std::string::npos) << error.what();
}

TEST_F(FleetUp, AKernelPanicEndsTheWaitAtOnce) {
  world.banner = "";
  world.plan.deadlines = {60, 60, 1};
  world.files.write(world.plan.nodes[0].directory + "/console.log",
                    "[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n", 0600);
  const auto error = failure({"n0"});
  EXPECT_EQ(error.code(), ExitCode::guest_crashed);
  EXPECT_NE(std::string(error.what()).find("Unable to mount root fs"), std::string::npos);
}

TEST_F(FleetUp, TheNextRunRestartsAGuestThatCrashed) {
  run({"n0"});
  const auto log = world.plan.nodes[0].directory + "/console.log";
  world.files.write(log, "Kernel panic - not syncing: x\n", 0600);
  EXPECT_EQ(run({"n0"})[0].action, "unchanged") << "its SSH server answers: it is well";
  world.banner = "";
  hv.on_call = [&](const std::string& call) {
    if (call != "start n0") return;
    world.files.write(log, "", 0600);  // as libvirt does
    world.banner = "SSH-2.0-OpenSSH";
  };
  EXPECT_EQ(run({"n0"})[0].action, "restarted");
}

TEST_F(FleetUp, AGuestThatTurnsItselfOffEndsTheWaitAtOnce) {
  world.banner = "";
  world.plan.deadlines = {60, 60, 1};
  std::jthread guest([&] {
    while (!hv.domain("n0") || hv.domain("n0")->state != State::running) std::this_thread::yield();
    hv.set_state("n0", State::off);
  });
  EXPECT_EQ(failure({"n0"}).code(), ExitCode::guest_crashed);
}

TEST_F(FleetUp, AKeyThatIsNotAcceptedIsSaidSoBeforeTheDeadline) {
  world.plan.deadlines = {60, 60, 1};
  world.processes.ssh_answer = "";
  world.processes.ssh_error = "kdevops@192.168.122.2: Permission denied (publickey).";
  const auto error = failure({"n0"});
  EXPECT_NE(std::string(error.what()).find("does not accept our key"), std::string::npos) << error.what();
}

TEST_F(FleetUp, OneFailureDoesNotKeepTheOthersDown) {
  hv.on_call = [](const std::string& call) {
    if (call == "start n1") throw support::Error(ExitCode::failed, "no memory", "n1");
  };
  const auto error = failure();
  EXPECT_STREQ(error.what(), "no memory");
  EXPECT_EQ(hv.domain("n0")->state, State::running);
  EXPECT_EQ(hv.domain("n2")->state, State::running);
}

TEST_F(FleetUp, AnInterruptedRunIsFinishedByTheNext) {
  for (const std::string at : {"reserve n1", "define n1", "start n1"}) {
    FakeHypervisor fake;
    World interrupted(make_plan(3), fake);
    fake.on_call = [&](const std::string& call) {
      if (call.rfind(at, 0) == 0) interrupted.stop.request_stop();
    };
    const auto context = interrupted.context();
    try {
      up(context, {});
      ADD_FAILURE() << "not interrupted at " << at;
    } catch (const support::Error& e) {
      EXPECT_EQ(e.code(), ExitCode::interrupted) << at;
    }
    fake.on_call = nullptr;
    interrupted.stop = {};
    const auto again = interrupted.context();
    up(again, {});
    for (const auto& node : interrupted.plan.nodes) {
      EXPECT_EQ(fake.domain(node.name)->state, State::running) << at;
    }
    EXPECT_EQ(interrupted.processes.images.size(), 9U) << at << ": a disk was made twice";
  }
}

TEST_F(FleetUp, InterruptingAWaitTakesNoTime) {
  world.banner = "";
  world.plan.deadlines = {60, 60, 1};
  std::jthread user([&] {
    while (!hv.domain("n0") || hv.domain("n0")->state != State::running) std::this_thread::yield();
    world.stop.request_stop();
  });
  EXPECT_EQ(failure().code(), ExitCode::interrupted);
}

TEST_F(FleetUp, MissingGeneratedFilesAndImagesNameTheCommandThatMakesThem) {
  world.files.remove(world.base());
  EXPECT_NE(failure().hint().find("make bringup"), std::string::npos);
  world.files.remove("/t/tree/nixos/generated/libvirt/n0.xml");
  EXPECT_EQ(failure().where(), "/t/tree/nixos/generated/libvirt/n0.xml");
}

TEST_F(FleetUp, DestroyLeavesNothing) {
  run();
  run_destroy();
  EXPECT_TRUE(hv.domains().empty());
  EXPECT_EQ(hv.network("default")->xml.find("<host"), std::string::npos);
  EXPECT_TRUE(world.files.list("/t/storage").empty());
  EXPECT_TRUE(world.published.empty());
  run_destroy();  // nothing there: nothing to say
}

TEST_F(FleetUp, DestroyWorksFromEveryPartialState) {
  for (const std::string at : {"reserve n0", "define n0", "start n0", "undefine n0", "unreserve"}) {
    FakeHypervisor fake;
    World world2(make_plan(2), fake);
    const auto context = world2.context();
    fake.on_call = [&](const std::string& call) {
      if (call.rfind(at, 0) == 0) throw support::Error(ExitCode::failed, "broken off");
    };
    const auto quietly = [](auto&& work) {
      try {
        work();
      } catch (const support::Error&) {
      }
    };
    quietly([&] { up(context, {}); });
    quietly([&] { destroy(context, {}, false); });
    fake.on_call = nullptr;
    destroy(context, {}, false);
    EXPECT_TRUE(fake.domains().empty()) << at;
    EXPECT_EQ(fake.network("default")->xml.find("<host"), std::string::npos) << at;
    EXPECT_TRUE(world2.files.list("/t/storage").empty()) << at;
  }
}

TEST_F(FleetUp, DestroyTakesOnlyWhatThisTreeMade) {
  hv.define("<domain><name>foreign</name><uuid>1</uuid></domain>");
  hv.define("<domain><name>n1</name><uuid>2</uuid></domain>");
  hv.add_reservation("default", {"52:54:00:00:00:42", "foreign", "192.168.122.42"});
  World other(make_plan(1, "/other"), hv);
  other.plan.nodes[0].name = "theirs";
  other.generate();
  const auto context = other.context();
  up(context, {});
  run({"n0"});
  run_destroy();
  EXPECT_FALSE(hv.domain("n0"));
  EXPECT_TRUE(hv.domain("n1"));
  EXPECT_TRUE(hv.domain("foreign"));
  EXPECT_TRUE(hv.domain("theirs"));
  EXPECT_NE(hv.network("default")->xml.find("52:54:00:00:00:42"), std::string::npos);
}

TEST_F(FleetUp, DestroyAlsoRemovesNodesThePlanHasNoMore) {
  run();
  world.plan.nodes.pop_back();
  run_destroy({"n0"});
  EXPECT_TRUE(hv.domain("n2")) << "only the named node goes";
  run_destroy();
  EXPECT_FALSE(hv.domain("n2"));
  EXPECT_EQ(hv.network("default")->xml.find("<host"), std::string::npos);
  EXPECT_TRUE(world.files.list("/t/storage").empty());
}

TEST_F(FleetUp, DownKeepsDisksAndTheNextUpUsesThem) {
  run();
  run_destroy({}, true);
  EXPECT_TRUE(hv.domains().empty());
  const auto images = world.processes.images.size();
  run();
  EXPECT_EQ(world.processes.images.size(), images);
}

TEST_F(FleetUp, StatusTellsEveryState) {
  run({"n0", "n1"});
  hv.set_state("n1", State::off);
  world.plan.libvirt.memory_mib = 1024;
  world.generate();
  const auto context = world.context();
  const auto nodes = status(context, {});
  EXPECT_EQ(nodes[0].state, "running");
  EXPECT_EQ(nodes[0].stage, "ssh");
  EXPECT_EQ(nodes[0].intent, "stale");
  EXPECT_EQ(nodes[1].state, "off");
  EXPECT_EQ(nodes[2].state, "absent");
  EXPECT_EQ(to_table(nodes).substr(0, 4), "NODE");
  EXPECT_NE(to_json(nodes).find("\"absent\""), std::string::npos);
}

TEST(FleetWidth, IsBoundedByMemoryAndProcessors) {
  auto plan = make_plan(1);
  plan.libvirt.memory_mib = 4096;
  EXPECT_EQ(boot_width(plan, {16384, 64}, true), 4U);
  EXPECT_EQ(boot_width(plan, {1 << 20, 6}, false), 6U);
  EXPECT_EQ(boot_width(plan, {1 << 20, 6}, true), 24U);
  EXPECT_EQ(boot_width(plan, {2048, 1}, false), 2U);
}

TEST(FleetConsole, FindsCrashesAndTheLastLines) {
  EXPECT_EQ(crash_line("a\r\n[ 2.1] Kernel panic - not syncing: Attempted to kill init!\r\nb"),
            "Kernel panic - not syncing: Attempted to kill init!");
  EXPECT_EQ(crash_line("all is well\n"), "");
  EXPECT_EQ(crash_line("Kernel panic - not syncing: x\n[    0.0] Linux version 6.1\nfine\n"), "");
  EXPECT_EQ(last_lines("one\n\n\033[0;32mtwo\033[0m\r\nthree", 2), "    two\n    three\n");
  EXPECT_EQ(last_lines("", 3), "");
}

}  // namespace
}  // namespace kdevops::fleet
