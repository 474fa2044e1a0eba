// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/systems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/planner.h"
#include "support/error.h"

namespace kdevops::plan {
namespace {

using kconfig::Config;
using support::Error;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* ltp_yaml = R"(name: ltp
description: Linux Test Project
enable: KDEVOPS_WORKFLOW_ENABLE_LTP
test_suites: [ltp]
groups: [baseline, dev, ltp, service]
nodes:
  - {test: fs}
variables: []
)";

Plan plan_of(const std::string& more) {
  const std::string text =
      "CONFIG_NIXOS=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"ltp\"\nCONFIG_KDEVOPS_WORKFLOW_ENABLE_LTP=y\n"
      "CONFIG_KDEVOPS_CONTROLLER_DATA_PATH=\"{{ topdir_path }}/data\"\n" + more;
  return make_plan(Config::parse(text, ".config"), {parse_workflow(ltp_yaml, "w.yaml")}, {"/src", "/src"});
}

void expect_refusal(const std::string& more, const std::string& what) {
  try {
    plan_of(more);
    FAIL() << "accepted; expected: " << what;
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), support::ExitCode::configuration);
    EXPECT_THAT(e.where(), HasSubstr(".config:"));
    EXPECT_THAT(e.what(), HasSubstr(what));
  }
}

const std::string ab = "CONFIG_KDEVOPS_BASELINE_AND_DEV=y\n";
const std::string source = "CONFIG_NIXOS_KERNEL_SOURCE=y\nCONFIG_NIXOS_KERNEL_SOURCE_URL=\"github:torvalds/linux\"\n";
const std::string imageless = "CONFIG_NIXOS_BACKEND_IMAGELESS=y\nCONFIG_BOOTLINUX=y\n";

TEST(FlakeReference, FromWhatUsersWrite) {
  const std::string commit(40, 'a');
  EXPECT_EQ(flake_reference("/home/me/linux", ""), "path:/home/me/linux");
  EXPECT_EQ(flake_reference("/home/me/linux", "v6.12"), "git+file:///home/me/linux?ref=v6.12");
  EXPECT_EQ(flake_reference("github:torvalds/linux", "v6.12"), "github:torvalds/linux/v6.12");
  EXPECT_EQ(flake_reference("https://git.kernel.org/linux.git", "master"),
            "git+https://git.kernel.org/linux.git?ref=master");
  EXPECT_EQ(flake_reference("git+https://git.kernel.org/linux.git?shallow=1", commit),
            "git+https://git.kernel.org/linux.git?shallow=1&rev=" + commit);
  EXPECT_EQ(flake_reference("git://git.kernel.org/linux.git", ""), "git://git.kernel.org/linux.git");
  EXPECT_EQ(flake_reference("https://cdn.kernel.org/linux-6.12.tar.xz", ""), "https://cdn.kernel.org/linux-6.12.tar.xz");
}

TEST(Systems, OneForBaselineAndDevUnlessTheirKernelsDiffer) {
  EXPECT_EQ(plan_of(ab).systems.size(), 1u);
  EXPECT_EQ(plan_of(ab + source + "CONFIG_NIXOS_KERNEL_SOURCE_REF=\"v6.12\"\n").systems.size(), 1u);
  EXPECT_EQ(plan_of(ab + source + "CONFIG_NIXOS_KERNEL_SOURCE_REF=\"v6.12\"\nCONFIG_NIXOS_KERNEL_SOURCE_DEV_REF=\"v6.12\"\n")
                .systems.size(), 1u);
  const auto plan = plan_of(ab + source + "CONFIG_NIXOS_KERNEL_SOURCE_REF=\"v6.12\"\n"
                            "CONFIG_NIXOS_KERNEL_SOURCE_DEV_REF=\"v6.13\"\n"
                            "CONFIG_NIXOS_KERNEL_FRAGMENTS=\"kvm-guest debug\"\nCONFIG_NIXOS_KERNEL_CCACHE=y\n");
  ASSERT_EQ(plan.systems.size(), 2u);
  EXPECT_EQ(plan.systems[0].name, "ltp");
  EXPECT_EQ(plan.systems[0].kernel.source, "github:torvalds/linux/v6.12");
  EXPECT_EQ(plan.systems[1].name, "ltp-dev");
  EXPECT_EQ(plan.systems[1].kernel.source, "github:torvalds/linux/v6.13");
  EXPECT_THAT(plan.systems[1].kernel.fragments, ElementsAre("kvm-guest", "debug"));
  EXPECT_TRUE(plan.systems[1].kernel.ccache);
  ASSERT_EQ(plan.nodes.size(), 2u);
  EXPECT_EQ(plan.nodes[0].system, "ltp");
  EXPECT_EQ(plan.nodes[1].system, "ltp-dev");
  EXPECT_EQ(from_json(to_json(plan)), plan);
}

TEST(Systems, KernelChoice) {
  EXPECT_EQ(plan_of("").systems[0].kernel.flavor, "latest");
  EXPECT_EQ(plan_of("CONFIG_NIXOS_KERNEL_TESTING=y\n").systems[0].kernel.flavor, "testing");
  const std::string series = "CONFIG_NIXOS_KERNEL_SERIES=y\nCONFIG_NIXOS_KERNEL_SERIES_NAME=";
  EXPECT_EQ(plan_of(series + "\"6.12\"\n").systems[0].kernel.series, "6_12");
  expect_refusal(series + "\"six\"\n", "no kernel series");
  expect_refusal(series + "\"6_\"\n", "no kernel series");
  expect_refusal("CONFIG_NIXOS_KERNEL_SOURCE=y\nCONFIG_NIXOS_KERNEL_SOURCE_URL=\"\"\n", "is empty");
  expect_refusal("CONFIG_NIXOS_KERNEL_SOURCE=y\nCONFIG_NIXOS_KERNEL_SOURCE_URL=\"a b\"\n", "is no source");
  expect_refusal(source + "CONFIG_NIXOS_KERNEL_SOURCE_REF=\"-x\"\n", "is no branch, tag or commit");
  expect_refusal(source + "CONFIG_NIXOS_KERNEL_FRAGMENTS=\"../x\"\n", "is no file of kconfigs/kernel/");
}

TEST(Systems, ImagelessNodesBootAKernelFromOutside) {
  const auto plan = plan_of(imageless + ab + "CONFIG_BOOTLINUX_AB_DIFFERENT_REF=y\nCONFIG_BOOTLINUX_TREE=\"/home/me/linux\"\n"
                            "CONFIG_BOOTLINUX_TREE_REF=\"v6.12\"\nCONFIG_TARGET_LINUX_DEV_REF=\"topic\"\n"
                            "CONFIG_TARGET_LINUX_DEV_LOCALVERSION=\"-topic\"\n");
  EXPECT_EQ(plan.systems[0].backend, "imageless");
  EXPECT_EQ(plan.systems[0].kernel.flavor, "external");
  EXPECT_EQ(plan.nodes[0].kernel, "baseline");
  EXPECT_EQ(plan.nodes[1].kernel, "dev");
  EXPECT_EQ(plan.linux.url, "/home/me/linux");
  EXPECT_THAT(plan.linux.refs, ElementsAre(LinuxRef{"baseline", "v6.12", ""}, LinuxRef{"dev", "topic", "-topic"}));
  EXPECT_EQ(plan.linux.destdir, "/src/data/linux-destdir");
  EXPECT_EQ(plan.linux.record("dev"), "/src/data/linux-destdir/dev.json");
  EXPECT_THAT(plan.linux.fragments, ElementsAre("imageless"));
  EXPECT_EQ(from_json(to_json(plan)), plan);

  const std::string text = "CONFIG_NIXOS=y\nCONFIG_BOOTLINUX=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"ltp\"\nCONFIG_KDEVOPS_WORKFLOW_ENABLE_LTP=y\n"
                           "CONFIG_KDEVOPS_CONTROLLER_DATA_PATH=\"{{ topdir_path }}/data\"\n";
  const auto elsewhere =
      make_plan(Config::parse(text, ".config"), {parse_workflow(ltp_yaml, "w.yaml")}, {"/src", "/tree"}).linux;
  EXPECT_EQ(elsewhere.tree, "/src/data/linux");
  EXPECT_EQ(elsewhere.build, "/tree/data/linux-build");
  EXPECT_EQ(elsewhere.destdir, "/tree/data/linux-destdir");

  const auto same = plan_of(imageless + ab);
  EXPECT_EQ(same.nodes[1].kernel, "baseline");
  expect_refusal("CONFIG_NIXOS_BACKEND_IMAGELESS=y\n", "needs a kernel from outside");
  expect_refusal(imageless + "CONFIG_BOOTLINUX_TREE_LOCALVERSION=\"a/b\"\n", "cannot end a kernel release");
  expect_refusal(imageless + "CONFIG_BOOTLINUX_DIRECT_BOOT_DESTDIR=\"here\"\n", "no absolute path");
}

TEST(Systems, Shares) {
  const auto plan = plan_of("CONFIG_BOOTLINUX_9P=y\nCONFIG_QSU_SHARES_S0=y\nCONFIG_QSU_SHARES_S0_DIR=\"/srv\"\n"
                            "CONFIG_QSU_SHARES_S0_READWRITE=y\n");
  const auto& shares = plan.systems[0].shares;
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_EQ(shares[0].driver, "9p");
  EXPECT_EQ(shares[0].mount_point, "/mnt/linux");
  EXPECT_EQ(shares[0].directory, "/src/data/linux");
  EXPECT_TRUE(shares[0].read_only);
  EXPECT_EQ(shares[1].driver, "virtiofs");
  EXPECT_EQ(shares[1].directory, "/srv");
  EXPECT_FALSE(shares[1].read_only);
  expect_refusal("CONFIG_QSU_SHARES_S0=y\nCONFIG_QSU_SHARES_S0_TAG=\"store\"\n", "what boots an imageless guest");
  expect_refusal("CONFIG_QSU_SHARES_S0=y\nCONFIG_QSU_SHARES_S0_TAG=\"a,b\"\n", "no mount tag");
  expect_refusal("CONFIG_BOOTLINUX_9P=y\nCONFIG_QSU_SHARES_S0=y\nCONFIG_QSU_SHARES_S0_MOUNT=\"/mnt/linux\"\n",
                 "where the kernel source is mounted");
}

TEST(Systems, SourceOverrides) {
  const auto plan = plan_of("CONFIG_NIXOS_FLAKE_OVERRIDE_FIO=y\nCONFIG_NIXOS_FLAKE_OVERRIDE_FIO_SRC=\"/home/me/fio\"\n"
                            "CONFIG_NIXOS_FLAKE_OVERRIDE_LIBBPF_TOOLS=y\n"
                            "CONFIG_NIXOS_FLAKE_OVERRIDE_LIBBPF_TOOLS_SRC=\"https://example.org/bcc.git\"\n"
                            "CONFIG_NIXOS_FLAKE_OVERRIDE_LIBBPF_TOOLS_REF=\"main\"\n");
  EXPECT_THAT(plan.systems[0].overrides,
              ElementsAre(SourceOverride{"fio", "path:/home/me/fio"},
                          SourceOverride{"libbpf-tools", "git+https://example.org/bcc.git?ref=main"}));
  expect_refusal("CONFIG_NIXOS_FLAKE_OVERRIDE_FIO=y\nCONFIG_NIXOS_FLAKE_OVERRIDE_FIO_SRC=\"\"\n", "is empty");
}

TEST(Systems, GdbPorts) {
  const auto plan = plan_of(ab + "CONFIG_LIBVIRT_ENABLE_GDB=y\n");
  EXPECT_GE(plan.nodes[0].gdb_port, 20000);
  EXPECT_EQ(plan.nodes[1].gdb_port, plan.nodes[0].gdb_port + 1);
  EXPECT_EQ(plan_of("").nodes[0].gdb_port, 0);
  EXPECT_EQ(plan_of("CONFIG_LIBVIRT_ENABLE_GDB=y\nCONFIG_LIBVIRT_GDB_BASEPORT=1234\n").nodes[0].gdb_port, 1234);
  expect_refusal(ab + "CONFIG_LIBVIRT_ENABLE_GDB=y\nCONFIG_LIBVIRT_GDB_BASEPORT=65535\n", "need ports up to");
}

TEST(Systems, DeclaredMachines) {
  const std::string declared = "CONFIG_SKIP_BRINGUP=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"ltp\"\n"
                               "CONFIG_KDEVOPS_WORKFLOW_ENABLE_LTP=y\nCONFIG_KDEVOPS_USE_DECLARED_HOSTS=y\n"
                               "CONFIG_KDEVOPS_DECLARED_HOSTS=\"box.example.org 192.0.2.7\"\n";
  const auto plan = [](const std::string& text) {
    return make_plan(Config::parse(text, ".config"), {parse_workflow(ltp_yaml, "w.yaml")}, {"/src", "/src"});
  };
  EXPECT_TRUE(plan(declared).systems.empty());
  const auto deploy = plan(declared + "CONFIG_NIXOS_DEPLOY=y\n");
  ASSERT_EQ(deploy.systems.size(), 2u);
  EXPECT_EQ(deploy.systems[0].backend, "machine");
  EXPECT_EQ(deploy.systems[0].name, "box.example.org");
  EXPECT_EQ(deploy.systems[0].host_name, "box");
  EXPECT_EQ(deploy.systems[1].host_name, "");
  EXPECT_TRUE(deploy.nodes.empty());
  EXPECT_EQ(deploy.ansible.groups.front().interpreter, "/run/current-system/sw/bin/python3");
}

}  // namespace
}  // namespace kdevops::plan
