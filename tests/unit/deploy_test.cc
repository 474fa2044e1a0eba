// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/deploy.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "deploy/facts.h"
#include "deploy/remote.h"
#include "deploy/run.h"
#include "support/descriptor.h"
#include "support/error.h"

namespace kdevops::deploy {
namespace {

using support::Command;
using support::Error;
using support::ExitCode;
using support::FakeProcesses;
using support::ProcessResult;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* bios_facts =
    "nixos=yes\nsudo=yes\nuser=alice\ngroups=users wheel\ntrusted=root @wheel\nmachine=x86_64\n"
    "release=26.05\nrelease=24.11\ndisk=/dev/disk/by-id/ata-one\nkey=ssh-ed25519 AAAA alice\nkey=# a comment\n";
constexpr const char* uefi_facts =
    "Welcome to the lab\nnixos=yes\nroot=yes\nuser=root\ngroups=root\ntrusted=root\nmachine=x86_64\n"
    "firmware=uefi\nesp=/boot\ndisk=/dev/nvme0n1\n";

plan::System machine(const std::string& name) {
  plan::System system;
  system.name = name;
  system.host_name = name;
  system.platform = "x86_64-linux";
  system.backend = "machine";
  system.kernel.flavor = "latest";
  return system;
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return std::string(e.what()) + "\n" + e.hint();
  }
  return "no error";
}

TEST(Facts, AreReadFromWhatTheMachinePrints) {
  const auto facts = parse_facts(bios_facts);
  EXPECT_TRUE(facts.nixos);
  EXPECT_FALSE(facts.root);
  EXPECT_TRUE(facts.sudo);
  EXPECT_FALSE(facts.uefi);
  EXPECT_EQ(facts.user, "alice");
  EXPECT_THAT(facts.groups, ElementsAre("users", "wheel"));
  EXPECT_THAT(facts.disks, ElementsAre("/dev/disk/by-id/ata-one"));
  EXPECT_THAT(facts.keys, ElementsAre("ssh-ed25519 AAAA alice"));
}

TEST(Facts, TheScriptRunsInAnyPosixShell) {
  support::RealProcesses processes;
  const auto result = processes.run({.argv = {"sh", "-s"}, .input = facts_script}, {});
  EXPECT_EQ(result.status, 0) << result.err;
  const auto facts = parse_facts(result.out);
  EXPECT_FALSE(facts.machine.empty());
  EXPECT_FALSE(facts.user.empty());
  EXPECT_EQ(facts.nixos, std::filesystem::exists("/etc/NIXOS"));
}

TEST(Facts, WhatCannotBeDeployedIsRefused) {
  const auto system = machine("a");
  EXPECT_EQ(message([&] { check_deployable(parse_facts(bios_facts), system); }), "no error");
  EXPECT_EQ(message([&] { check_deployable(parse_facts(uefi_facts), system); }), "no error");
  auto facts = parse_facts(bios_facts);
  facts.nixos = false;
  EXPECT_THAT(message([&] { check_deployable(facts, system); }), HasSubstr("no /etc/NIXOS"));
  facts = parse_facts(bios_facts);
  facts.machine = "aarch64";
  EXPECT_THAT(message([&] { check_deployable(facts, system); }), HasSubstr("aarch64-linux"));
  facts = parse_facts(bios_facts);
  facts.sudo = false;
  EXPECT_THAT(message([&] { check_deployable(facts, system); }), HasSubstr("DEPLOY_USER=root"));
  facts = parse_facts(bios_facts);
  facts.trusted = {"root", "@trusted"};
  EXPECT_THAT(message([&] { check_deployable(facts, system); }), HasSubstr("does not trust alice"));
  for (const char* entry : {"*", "alice", "@users"}) {
    facts.trusted = {"root", entry};
    EXPECT_EQ(message([&] { check_deployable(facts, system); }), "no error") << entry;
  }
}

TEST(Facts, FirmwareDecidesTheBootLoader) {
  const auto bios = boot_loader_nix(parse_facts(bios_facts), "a");
  EXPECT_THAT(bios, HasSubstr("boot.loader.grub.enable = true;"));
  EXPECT_THAT(bios, HasSubstr("system.stateVersion = \"24.11\";"));
  EXPECT_THAT(bios, HasSubstr("\"/dev/disk/by-id/ata-one\""));
  const auto uefi = boot_loader_nix(parse_facts(uefi_facts), "a");
  EXPECT_THAT(uefi, HasSubstr("boot.loader.systemd-boot.enable = true;"));
  EXPECT_THAT(uefi, HasSubstr("boot.loader.efi.efiSysMountPoint = \"/boot\";"));
  EXPECT_THAT(uefi, Not(HasSubstr("grub")));
  EXPECT_THAT(uefi, Not(HasSubstr("stateVersion")));
  auto facts = parse_facts(uefi_facts);
  facts.esp.clear();
  EXPECT_THAT(message([&] { boot_loader_nix(facts, "a"); }), HasSubstr("nixos/hosts/a/boot-loader.nix"));
  facts = parse_facts(bios_facts);
  facts.disks.clear();
  EXPECT_THAT(message([&] { boot_loader_nix(facts, "a"); }), HasSubstr("on which disk"));
}

/// A tree with a plan of three machines, and an ssh, nix and nixos-rebuild that play them.
class Deploy : public testing::Test {
 protected:
  Deploy() {
    mkdtemp(root_.data());
    setenv("HOME", root_.c_str(), 1);
    plan_.instance.tree = plan_.instance.topdir = root_;
    plan_.nix.library = root_ + "/library";
    plan_.ssh.user = "kdevops";
    plan_.ssh.key = "~/.ssh/fleet";
    plan_.systems = {machine("one"), machine("two"), machine("three")};
    files_.write(root_ + "/library/flake.nix", "{ }\n", 0644);
    files_.write(root_ + "/.ssh/fleet.pub", "ssh-ed25519 BBBB fleet\n", 0644);
    processes_.answer = [this](const Command& command) { return answer(command); };
    options_.jobs = 1;
  }
  ~Deploy() override { std::filesystem::remove_all(root_); }

  ProcessResult answer(const Command& command) {
    const auto& argv = command.argv;
    if (argv[0] == "nix") return {0, argv[1] == "--version" ? "nix (Nix) 2.26.3\n" : "", "", false};
    if (argv[0] == "nixos-rebuild") {
      if (argv[1] == "--help") return {0, "", "", false};
      const auto& target = argv.back() == "--sudo" ? argv[argv.size() - 2] : argv.back();
      return {failing_.contains(target.substr(target.find('@') + 1)) ? 1 : 0, "", "", false};
    }
    EXPECT_EQ(argv[0], "ssh");
    const auto& target = argv[argv.size() - 3];
    if (target.starts_with("kdevops@") && !known_) return {255, "", "kdevops: Permission denied (publickey).\n", false};
    if (unreachable_.contains(target)) return {255, "", "ssh: connect: Connection timed out\n", false};
    if (command.input == facts_script) return {0, facts_, "", false};
    if (command.input.find("nixos-generate-config") != std::string::npos) return {0, "{ ... }:\n{ hardware = 1; }\n", "", false};
    return {0, "", "", false};
  }

  std::vector<Verdict> run() { return deploy(plan_, options_, files_, processes_); }

  std::vector<Command> rebuilds() const {
    std::vector<Command> found;
    for (const auto& command : processes_.commands) {
      if (command.argv[0] == "nixos-rebuild" && command.argv[1] != "--help") found.push_back(command);
    }
    return found;
  }

  std::string root_ = "/tmp/kdevops-deploy-XXXXXX";
  plan::Plan plan_;
  support::RealFiles files_;
  FakeProcesses processes_;
  Options options_;
  std::string facts_ = bios_facts;
  std::set<std::string> unreachable_, failing_;
  bool known_ = false;
};

TEST_F(Deploy, FirstContactKeepsWhatTheMachineSaysAndSwitches) {
  options_.hosts = {"one"};
  const auto verdicts = run();
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].failure, "");
  EXPECT_EQ(verdicts[0].kept, root_ + "/nixos/hosts/one");
  for (const std::string directory : {"/nixos/hosts/one/", "/nixos/generated/one/"}) {
    EXPECT_THAT(files_.read_or_throw(root_ + directory + "hardware-configuration.nix"), HasSubstr("hardware = 1"));
    EXPECT_THAT(files_.read_or_throw(root_ + directory + "boot-loader.nix"), HasSubstr("grub"));
  }
  EXPECT_EQ(files_.read_or_throw(root_ + "/nixos/generated/one/authorized_keys"),
            "ssh-ed25519 BBBB fleet\nssh-ed25519 AAAA alice\n");
  ASSERT_EQ(rebuilds().size(), 1U);
  const auto command = rebuilds()[0];
  EXPECT_THAT(command.argv, ElementsAre("nixos-rebuild", "switch", "--no-reexec", "--flake",
                                        "path:" + root_ + "/nixos/generated/one#vm", "--target-host", "one", "--sudo"));
  EXPECT_THAT(command.environment.at("NIX_SSHOPTS"), HasSubstr("BatchMode=yes"));
  EXPECT_THAT(command.environment.at("NIX_SSHOPTS"), Not(HasSubstr("IdentityFile")));
}

TEST_F(Deploy, WhatIsKeptIsNeverOverwritten) {
  files_.write(root_ + "/nixos/hosts/one/boot-loader.nix", "{ mine = true; }\n", 0644);
  files_.write(root_ + "/nixos/hosts/one/hardware-configuration.nix", "{ also = true; }\n", 0644);
  options_.hosts = {"one"};
  EXPECT_EQ(run()[0].failure, "");
  EXPECT_EQ(files_.read_or_throw(root_ + "/nixos/hosts/one/boot-loader.nix"), "{ mine = true; }\n");
  EXPECT_EQ(files_.read_or_throw(root_ + "/nixos/generated/one/hardware-configuration.nix"), "{ also = true; }\n");
  for (const auto& command : processes_.commands) {
    EXPECT_THAT(command.input, Not(HasSubstr("nixos-generate-config")));
  }
}

TEST_F(Deploy, LaterTheFleetsUserAndKeyLogIn) {
  known_ = true;
  options_.hosts = {"one"};
  EXPECT_EQ(run()[0].failure, "");
  EXPECT_THAT(rebuilds().at(0).argv, Contains("kdevops@one"));
  EXPECT_THAT(rebuilds().at(0).environment.at("NIX_SSHOPTS"), HasSubstr("IdentityFile=" + root_ + "/.ssh/fleet"));
}

TEST_F(Deploy, AGivenUserIsTheOnlyOneTried) {
  facts_ = uefi_facts;
  options_.hosts = {"one"};
  options_.user = "root";
  EXPECT_EQ(run()[0].failure, "");
  EXPECT_THAT(rebuilds().at(0).argv.back(), "root@one");  // no --sudo for root
  for (const auto& command : processes_.commands) EXPECT_THAT(command.argv, Not(Contains("kdevops@one")));
}

TEST_F(Deploy, OneFailureLeavesTheOthersAlone) {
  unreachable_ = {"one"};
  failing_ = {"three"};
  const auto verdicts = run();
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0].host, "one");
  EXPECT_THAT(verdicts[0].failure, HasSubstr("Connection timed out"));
  EXPECT_THAT(verdicts[0].hint, HasSubstr("ssh one true"));
  EXPECT_EQ(verdicts[1].failure, "");
  EXPECT_THAT(verdicts[2].failure, HasSubstr("nixos-rebuild switch ended with status 1"));
  EXPECT_FALSE(files_.exists(root_ + "/nixos/hosts/one"));
}

TEST_F(Deploy, SeveralAtATimeComeToTheSameVerdicts) {
  options_.jobs = 3;
  // The fake remembers commands without a lock of its own.
  std::mutex mutex;
  struct Locked final : support::Processes {
    FakeProcesses& fake;
    std::mutex& mutex;
    Locked(FakeProcesses& f, std::mutex& m) : fake(f), mutex(m) {}
    ProcessResult run(const Command& command, std::stop_token stop) override {
      const std::lock_guard lock(mutex);
      return fake.run(command, stop);
    }
  } locked(processes_, mutex);
  failing_ = {"two"};
  const auto verdicts = deploy(plan_, options_, files_, locked);
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0].failure, "");
  EXPECT_NE(verdicts[1].failure, "");
  EXPECT_EQ(verdicts[2].failure, "");
}

TEST_F(Deploy, WithoutNixosRebuildNixRunsIt) {
  processes_.answer = [this](const Command& command) {
    if (command.argv[0] == "nixos-rebuild") throw Error(ExitCode::host_not_ready, "cannot run", "nixos-rebuild");
    return answer(command);
  };
  options_.hosts = {"one"};
  EXPECT_EQ(run()[0].failure, "");
  EXPECT_THAT(processes_.commands.back().argv, Contains("nixpkgs#nixos-rebuild"));
}

TEST_F(Deploy, NothingOrTheWrongThingToDeployIsSaid) {
  options_.hosts = {"four"};
  EXPECT_THAT(message([&] { run(); }), HasSubstr("one two three"));
  options_.hosts.clear();
  plan_.nix.standin = true;
  EXPECT_THAT(message([&] { run(); }), HasSubstr("guests only"));
  plan_.systems.clear();
  EXPECT_THAT(message([&] { run(); }), HasSubstr("CONFIG_NIXOS_DEPLOY=y"));
}

TEST_F(Deploy, AMachineNeverContactedCannotBeTried) {
  RunOptions trial;
  trial.node = "two";
  EXPECT_THAT(message([&] { prepare_run(plan_, trial, files_, processes_); }),
              HasSubstr("make deploy HOSTS=two"));
}

TEST_F(Deploy, AHostIsNeverAnOption) {
  plan_.systems = {machine("-oProxyCommand=x")};
  EXPECT_THAT(run()[0].failure, HasSubstr("is no host name"));
}

TEST(Run, TheKernelsVariableIsTheScripts) {
  EXPECT_EQ(kernel_variable("fstests"), "NIXPKGS_QEMU_KERNEL_fstests");
  EXPECT_EQ(kernel_variable("git-testsuite.x"), "NIXPKGS_QEMU_KERNEL_git_testsuite_x");
}

TEST(Run, ATakenPortIsPassedOver) {
  const int first = free_port(20000);
  const support::Descriptor taken(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(first));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(taken.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(taken.get(), 1), 0);
  EXPECT_GT(free_port(first), first);
}

TEST(Run, CleaningRemovesTheStateOfOneOrAll) {
  plan::Plan plan;
  plan.instance.tree = "/t";
  plan.systems = {machine("one"), machine("two")};
  support::MemoryFiles files;
  for (const char* name : {"one.qcow2", "one-efi-vars.fd", "two.qcow2"}) files.write(std::string("/t/nixos/run/") + name, "x", 0644);
  EXPECT_THAT(clean_runs(plan, "one", files), ElementsAre("/t/nixos/run/one-efi-vars.fd", "/t/nixos/run/one.qcow2"));
  EXPECT_THAT(clean_runs(plan, "", files), ElementsAre("/t/nixos/run/two.qcow2"));
  EXPECT_THAT(clean_runs(plan, "", files), ElementsAre());
  EXPECT_THROW(clean_runs(plan, "none", files), Error);
}

TEST(Run, SystemsWithoutAKernelAreRefused) {
  plan::Plan plan;
  plan.instance.tree = "/t";
  plan.systems = {machine("s")};
  plan.systems[0].backend = "imageless";
  plan::Node node;
  node.name = "n";
  node.system = "s";
  plan.nodes = {node};
  support::MemoryFiles files;
  FakeProcesses processes;
  EXPECT_THAT(message([&] { prepare_run(plan, {}, files, processes); }), HasSubstr("no kernel of its own"));
  EXPECT_TRUE(processes.commands.empty());
}

}  // namespace
}  // namespace kdevops::deploy
