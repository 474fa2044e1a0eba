// SPDX-License-Identifier: GPL-2.0-or-later
// Nodes that boot a kernel from outside and a closure of the host's store.
#include <algorithm>
#include <filesystem>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "fleet/destroy.h"
#include "fleet/gdb.h"
#include "fleet/reboot.h"
#include "fleet/status.h"
#include "fleet/up.h"
#include "fleet_testing.h"
#include "hypervisor/fake.h"
#include "support/descriptor.h"
#include "support/error.h"
#include "support/loopback.h"

namespace kdevops::fleet {
namespace {

using hypervisor::FakeHypervisor;
using hypervisor::State;
using support::ExitCode;
using testing::make_imageless_plan;
using testing::make_plan;
using testing::World;

class FleetImageless : public ::testing::Test {
 protected:
  std::vector<NodeUp> run() {
    const auto context = world.context();
    return up(context, {});
  }
  std::vector<NodeReboot> run_reboot() {
    const auto context = world.context();
    return reboot(context, {});
  }
  template <typename Work>
  support::Error failure(Work work) {
    try {
      work();
    } catch (const support::Error& e) {
      return e;
    }
    return {ExitCode::ok, "nothing was thrown"};
  }
  support::Error failure() {
    return failure([&] { run(); });
  }
  int count(const std::string& call) const {
    const auto all = hv.calls();
    return static_cast<int>(std::count(all.begin(), all.end(), call));
  }
  std::string directory(int i) const { return world.plan.nodes[i].directory; }
  std::string vmlinux() const { return "/t/build/vmlinux"; }

  FakeHypervisor hv;
  World world{make_imageless_plan(2), hv};
};

TEST_F(FleetImageless, NodesGetCopiesOfKernelAndRamdiskAndNoRootDisk) {
  for (const auto& node : run()) EXPECT_EQ(node.action, "created");
  EXPECT_EQ(world.files.read(directory(0) + "/vmlinuz"), "kernel 6.1.0-one");
  EXPECT_TRUE(world.files.read(directory(1) + "/initrd")->ends_with("initrd of /nix/store/aaa-one"));
  for (const auto& image : world.processes.images) EXPECT_FALSE(image.ends_with("root.qcow2")) << image;
  EXPECT_EQ(world.processes.images.size(), 4U);  // the extra drives
  const auto owner = hv.domain("n0")->owner;
  EXPECT_EQ(owner->kernel, "6.1.0-one");
  EXPECT_EQ(owner->base, "/nix/store/aaa-one");
  EXPECT_EQ(owner->gdb_port, 20000);
}

TEST_F(FleetImageless, ASecondRunChangesNothing) {
  run();
  const auto before = hv.calls().size();
  for (const auto& node : run()) EXPECT_EQ(node.action, "unchanged");
  EXPECT_EQ(hv.calls().size(), before);
}

TEST_F(FleetImageless, AnotherKernelOrClosureRestartsTheNodes) {
  run();
  world.build_kernel("6.1.0-two");
  EXPECT_EQ(run()[0].action, "changed");
  EXPECT_EQ(world.files.read(directory(0) + "/vmlinuz"), "kernel 6.1.0-two");
  world.build_closure("/nix/store/bbb-two");
  EXPECT_EQ(run()[0].action, "changed");
  EXPECT_NE(hv.xml("n0").find("init=/nix/store/bbb-two/init "), std::string::npos) << hv.xml("n0");
  EXPECT_EQ(world.processes.images.size(), 4U) << "the extra drives stay";
  const auto context = world.context();
  EXPECT_EQ(status(context, {})[0].intent, "fresh");
  world.build_kernel("6.1.0-three");
  EXPECT_EQ(status(context, {})[0].intent, "stale");
}

TEST_F(FleetImageless, TheSameReleaseBuiltAnewIsAnotherKernel) {
  const auto image = std::filesystem::temp_directory_path() / fmt::format("vmlinuz-{}", getpid());
  std::ofstream(image) << "first";
  world.build_kernel("6.1.0-one", image);
  run();
  EXPECT_EQ(run()[0].action, "unchanged");
  std::ofstream(image) << "second build";
  EXPECT_EQ(run()[0].action, "changed");
  std::filesystem::remove(image);
}

TEST_F(FleetImageless, WhatIsNotBuiltIsSaidBeforeAnythingStarts) {
  world.files.remove(world.plan.linux.record("baseline"));
  auto error = failure();
  EXPECT_NE(error.hint().find("make linux"), std::string::npos) << error.hint();
  world.build_kernel("6.1.0-one");
  world.files.remove("/t/tree/nixos/generated/sys/result/boot.json");
  error = failure();
  EXPECT_NE(error.hint().find("make bringup"), std::string::npos) << error.hint();
  EXPECT_TRUE(hv.calls().empty());
}

TEST_F(FleetImageless, AKernelThatLacksSomethingIsRefusedBeforeAnythingStarts) {
  auto config = *world.files.read("/t/destdir/boot/config-6.1.0-one");
  for (const std::string symbol : {"VIRTIO_FS", "TMPFS"}) {
    const auto at = config.find("CONFIG_" + symbol + "=y");
    ASSERT_NE(at, std::string::npos) << symbol;
    config.erase(at, config.find('\n', at) - at);
  }
  world.files.write("/t/destdir/boot/config-6.1.0-one", config, 0644);
  const auto error = failure();
  EXPECT_EQ(error.code(), ExitCode::host_not_ready);
  EXPECT_NE(error.hint().find("VIRTIO_FS"), std::string::npos) << error.hint();
  EXPECT_NE(error.hint().find("TMPFS"), std::string::npos) << error.hint();
  EXPECT_TRUE(hv.calls().empty());
}

TEST_F(FleetImageless, RebootRestartsOnTheRecordedKernel) {
  run();
  auto nodes = run_reboot();
  EXPECT_EQ(nodes[1].before, "6.1.0-one");
  EXPECT_EQ(nodes[1].after, "6.1.0-one");
  EXPECT_EQ(count("shut down n1"), 1) << "also when nothing changed";
  EXPECT_EQ(count("define n1"), 1);
  EXPECT_EQ(count("start n1"), 2);

  world.build_kernel("6.1.0-two");
  world.processes.release = "6.1.0-two";
  nodes = run_reboot();
  EXPECT_EQ(nodes[0].before, "6.1.0-one");
  EXPECT_EQ(nodes[0].after, "6.1.0-two");
  EXPECT_EQ(count("define n0"), 2);
  EXPECT_EQ(world.processes.images.size(), 4U);
}

TEST_F(FleetImageless, RebootBelievesTheGuestOnly) {
  run();
  world.build_kernel("6.1.0-two");
  const auto error = failure([&] { run_reboot(); });
  EXPECT_NE(std::string(error.what()).find("runs kernel 6.1.0-one"), std::string::npos) << error.what();
}

TEST_F(FleetImageless, RebootRefusesNodesWhoseKernelIsInTheirImage) {
  World disk(make_plan(1, "/other"), hv);
  const auto error = failure([&] {
    const auto context = disk.context();
    reboot(context, {});
  });
  EXPECT_EQ(error.where(), "n0");
  EXPECT_NE(error.hint().find("make bringup"), std::string::npos) << error.hint();
  EXPECT_TRUE(hv.calls().empty());
}

TEST_F(FleetImageless, ANodeThatHadAnImageLosesItsRootDiskOnly) {
  World disk(make_plan(1), hv);
  const auto before = disk.context();
  up(before, {});
  for (const auto& [path, bytes] : disk.files.files.contents) {
    if (path.starts_with("/t/storage/")) world.files.write(path, bytes, 0600);
  }
  EXPECT_EQ(run()[0].action, "changed");
  EXPECT_FALSE(world.files.exists(directory(0) + "/root.qcow2"));
  EXPECT_TRUE(world.files.exists(directory(0) + "/extra1.raw"));
  EXPECT_EQ(world.processes.images.size(), 2U) << "only n1's drives are new";
}

TEST_F(FleetImageless, DestroyLeavesNothing) {
  run();
  const auto context = world.context();
  destroy(context, {}, false);
  EXPECT_TRUE(hv.domains().empty());
  EXPECT_TRUE(world.files.list("/t/storage").empty());
}

TEST_F(FleetImageless, AGdbStubTakesTheNextFreePortAndKeepsIt) {
  world.busy_ports = {20000, 20002};
  run();
  const int first = hv.domain("n0")->owner->gdb_port, second = hv.domain("n1")->owner->gdb_port;
  EXPECT_NE(first, 20000);
  EXPECT_NE(first, second);
  EXPECT_NE(hv.xml("n0").find(fmt::format("tcp:127.0.0.1:{}\"", first)), std::string::npos);
  world.busy_ports.clear();
  world.build_kernel("6.1.0-two");
  run();
  EXPECT_EQ(hv.domain("n0")->owner->gdb_port, first) << "redefined";
}

TEST_F(FleetImageless, AStubWhosePortWasTakenMeanwhileMoves) {
  run();
  hv.set_state("n0", State::off);
  world.busy_ports = {20000};
  EXPECT_EQ(run()[0].action, "started");
  EXPECT_EQ(hv.domain("n0")->owner->gdb_port, 20002) << "20001 is n1's";
}

TEST_F(FleetImageless, GdbGetsSymbolsScriptsAndTheUsersArguments) {
  const auto context = world.context();
  EXPECT_THROW(gdb_port(context, world.plan.nodes[0]), support::Error) << "it does not exist";
  run();
  using Words = std::vector<std::string>;
  const Words trust{"-iex", "add-auto-load-safe-path /t/build", "-iex", "add-auto-load-safe-path /t/linux"};
  Words expected{"gdb", "-q"};
  expected.insert(expected.end(), trust.begin(), trust.end());
  auto without = expected;
  without.insert(without.end(), {"-ex", "target remote 127.0.0.1:20000"});
  EXPECT_EQ(gdb_command(context, world.plan.nodes[0], {}), without);
  world.files.write(vmlinux(), "ELF", 0755);
  expected.insert(expected.end(), {vmlinux(), "-ex", "target remote 127.0.0.1:20000", "-batch"});
  EXPECT_EQ(gdb_command(context, world.plan.nodes[0], {"-batch"}), expected);
}

TEST_F(FleetImageless, GdbOfADiskGuestTakesTheImagesKernel) {
  auto plan = make_plan(1, "/disk");
  plan.nodes[0].name = "d0";
  plan.nodes[0].gdb_port = 20500;
  World disk(plan, hv);
  const auto context = disk.context();
  up(context, {});
  disk.files.write("/disk/nixos/generated/sys/result-kernel-dev/vmlinux", "ELF", 0444);
  const auto argv = gdb_command(context, disk.plan.nodes[0], {});
  EXPECT_EQ(argv[2], "/disk/nixos/generated/sys/result-kernel-dev/vmlinux");
}

TEST_F(FleetImageless, NodesWithoutAStubSaySo) {
  for (auto& node : world.plan.nodes) node.gdb_port = 0;
  world.generate();
  run();
  const auto context = world.context();
  const auto error = failure([&] { gdb_port(context, world.plan.nodes[0]); });
  EXPECT_NE(error.hint().find("CONFIG_LIBVIRT_ENABLE_GDB"), std::string::npos);
}

TEST(FleetGdb, APortSomeoneListensOnIsNotFree) {
  const support::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
  ASSERT_EQ(listen(socket.get(), 1), 0);
  socklen_t size = sizeof where;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&where), &size);
  EXPECT_FALSE(support::loopback_port_free(ntohs(where.sin_port)));
}

}  // namespace
}  // namespace kdevops::fleet
