// SPDX-License-Identifier: GPL-2.0-or-later
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/identity.h"
#include "plan/nodes.h"
#include "plan/planner.h"
#include "plan/registry.h"
#include "plan/variables.h"
#include "support/error.h"

namespace kdevops::plan {
namespace {

using kconfig::Config;
using support::Error;
using support::ExitCode;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* fstests_yaml = R"(name: fstests
description: File system tests
enable: KDEVOPS_WORKFLOW_ENABLE_FSTESTS
test_suites: [fstests]
nixos_options: {services.x.enable: false, services.x.port: 7, services.x.name: "true"}
groups: [baseline, dev, fstests, nfsd, service]
node_group_prefix: fstests
nodes:
  - each: FSTESTS_XFS_SECTION_*
    when: FSTESTS_XFS
    except: [FSTESTS_XFS_SECTION_REFLINK_ENABLED]
    test: xfs-*
  - {test: nfsd, when: KDEVOPS_SETUP_NFSD, role: service, groups: [nfsd]}
variables:
  - {name: fstests_fstyp, from: FSTESTS_FSTYP}
  - {name: absent, from: NOT_THERE}
  - {name: sections, join: FSTESTS_XFS_SECTION_*}
  - {name: literal, value: "False", unless: FSTESTS_BTRFS}
)";

std::string config_text(const std::string& more = "") {
  return "CONFIG_NIXOS=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"fstests\"\n"
         "CONFIG_KDEVOPS_WORKFLOW_ENABLE_FSTESTS=y\nCONFIG_FSTESTS_XFS=y\n"
         "CONFIG_FSTESTS_FSTYP=\"xfs\"\nCONFIG_FSTESTS_XFS_SECTION_CRC=y\n"
         "# CONFIG_FSTESTS_XFS_SECTION_NOCRC is not set\n"
         "CONFIG_FSTESTS_XFS_SECTION_REFLINK_ENABLED=y\n"
         "CONFIG_FSTESTS_XFS_SECTION_REFLINK_4K=y\n" +
         more;
}

Plan plan_of(const std::string& text, const Site& site = {"/src", "/src"}) {
  return make_plan(Config::parse(text, ".config"), {parse_workflow(fstests_yaml, "w.yaml")}, site);
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> all;
  for (const auto& node : plan.nodes) all.push_back(node.name);
  return all;
}

const Group& group(const Plan& plan, const std::string& name) {
  for (const auto& each : plan.ansible.groups) {
    if (each.name == name) return each;
  }
  throw std::out_of_range(name);
}

void expect_refusal(const std::string& text, const std::string& where, const std::string& what) {
  try {
    plan_of(text);
    FAIL() << "accepted; expected: " << what;
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::configuration);
    EXPECT_EQ(e.where(), where);
    EXPECT_THAT(e.what(), HasSubstr(what));
  }
}

TEST(Identity, NamesKeysAsKdevopsDoes) {
  // Printed by kdevops's script for these paths (contract section 6).
  EXPECT_EQ(key_name("/home/user/work/kdevops"), "kdevops-nixos-work-kdevops-9425930c");
  EXPECT_EQ(key_name("/kdevops"), "kdevops-nixos--kdevops-13f2a82b");
}

TEST(Identity, TellsTreesApart) {
  EXPECT_NE(mac_address("/a", "n", 0), mac_address("/b", "n", 0));
  EXPECT_NE(mac_address("/a", "n", 0), mac_address("/a", "n", 1));
  // A separator that can be in neither keeps ("/a", "bn") and ("/ab", "n") apart.
  EXPECT_NE(mac_address("/a", "bn", 0), mac_address("/ab", "n", 0));
}

TEST(Plan, NamesNodesAndGroupsAsKdevopsDoes) {
  const auto plan = plan_of(config_text("CONFIG_KDEVOPS_BASELINE_AND_DEV=y\nCONFIG_KDEVOPS_SETUP_NFSD=y\n"));
  EXPECT_THAT(names(plan), ElementsAre("kdevops-xfs-crc", "kdevops-xfs-crc-dev", "kdevops-xfs-reflink-4k",
                                       "kdevops-xfs-reflink-4k-dev", "kdevops-nfsd"));
  EXPECT_THAT(group(plan, "baseline").hosts, ElementsAre("kdevops-xfs-crc", "kdevops-xfs-reflink-4k"));
  EXPECT_THAT(group(plan, "dev").hosts, ElementsAre("kdevops-xfs-crc-dev", "kdevops-xfs-reflink-4k-dev"));
  EXPECT_THAT(group(plan, "fstests_xfs_reflink_4k").hosts,
              ElementsAre("kdevops-xfs-reflink-4k", "kdevops-xfs-reflink-4k-dev"));
  EXPECT_THAT(group(plan, "fstests").hosts.size(), 4);
  EXPECT_THAT(group(plan, "nfsd").hosts, ElementsAre("kdevops-nfsd"));
  EXPECT_THAT(group(plan, "service").hosts, ElementsAre("kdevops-nfsd"));
  EXPECT_EQ(plan.ansible.groups.front().name, "all");
  EXPECT_EQ(plan.ansible.groups.front().hosts.size(), 5u);
  for (const auto& each : plan.ansible.groups) {
    EXPECT_EQ(each.interpreter, "/run/current-system/sw/bin/python3") << each.name;
  }
}

TEST(Plan, SharesOneSystemAmongAllNodes) {
  const auto plan = plan_of(config_text());
  ASSERT_EQ(plan.systems.size(), 1u);
  EXPECT_THAT(plan.systems[0].test_suites, ElementsAre("fstests"));
  EXPECT_EQ(plan.systems[0].options.size(), 3u);
  EXPECT_EQ(plan.systems[0].options[0].second, Value(false));
  EXPECT_EQ(plan.systems[0].options[1].second, Value(std::int64_t{7}));
  EXPECT_EQ(plan.systems[0].options[2].second, Value(std::string("true"))) << "quoted stays a string";
  for (const auto& node : plan.nodes) EXPECT_EQ(node.system, plan.systems[0].name);
}

TEST(Plan, GivesEveryNodeItsOwnMacAndDirectory) {
  std::string sections;
  for (int i = 0; i < 8000; ++i) sections += "CONFIG_FSTESTS_XFS_SECTION_S" + std::to_string(i) + "=y\n";
  const auto plan = plan_of(config_text(sections));
  std::set<std::string> macs, first_choices, directories;
  for (const auto& node : plan.nodes) {
    macs.insert(node.mac);
    first_choices.insert(mac_address("/src", node.name, 0));
    directories.insert(node.directory);
  }
  EXPECT_LT(first_choices.size(), plan.nodes.size()) << "no collision: the test shows nothing";
  EXPECT_EQ(macs.size(), plan.nodes.size());
  EXPECT_EQ(directories.size(), plan.nodes.size());
}

TEST(Plan, DerivesIdentityFromTheTreeNotTheSources) {
  const auto a = plan_of(config_text(), {"/src", "/out/a"}), b = plan_of(config_text(), {"/src", "/out/b"});
  EXPECT_NE(a.instance.id, b.instance.id);
  EXPECT_NE(a.instance.key_name, b.instance.key_name);
  EXPECT_NE(a.nodes[0].mac, b.nodes[0].mac);
  EXPECT_EQ(a.nix.library, "/src/nixos/flake");
}

TEST(Plan, ResolvesTheStorageDirectory) {
  const auto plan = plan_of(config_text(
      "CONFIG_NIXOS_STORAGE_DIR=\"{{ pool_path }}/nixos\"\nCONFIG_POOL_PATH=\"{{base}}/u\"\nCONFIG_BASE=\"/b\"\n"));
  EXPECT_EQ(plan.libvirt.storage, "/b/u/nixos");
}

TEST(Plan, RoundTripsThroughJson) {
  const auto plan = plan_of(config_text("CONFIG_H=0x1f\nCONFIG_S=\"a\\\"b\\\\c ü\"\n"));
  EXPECT_EQ(from_json(to_json(plan)), plan);
}

TEST(Plan, RefusesJsonThatIsNoPlan) {
  for (const char* text : {"", "[]", "{}", "{\"tool_version\": 1}"}) EXPECT_THROW(from_json(text), Error) << text;
}

TEST(Plan, TypesVariablesAsKdevopsDoes) {
  const auto plan = plan_of(config_text("CONFIG_H=0x1f\nCONFIG_N=7\nCONFIG_BLANK=\n"));
  const auto value = [&](const std::string& name) -> std::optional<Value> {
    for (const auto& [key, v] : plan.ansible.variables) {
      if (key == name) return v;
    }
    return std::nullopt;
  };
  EXPECT_EQ(value("nixos"), Value(true));
  EXPECT_EQ(value("fstests_xfs_section_nocrc"), Value(false));
  EXPECT_EQ(value("h"), Value(Hex{"0x1f"}));
  EXPECT_EQ(value("n"), Value(std::int64_t{7}));
  EXPECT_EQ(value("blank"), Value(std::string()));
  EXPECT_EQ(value("fstests_fstyp"), Value(std::string("xfs")));
  EXPECT_EQ(value("sections"), Value(std::string("crc reflink-enabled reflink-4k")));
  EXPECT_EQ(value("literal"), Value(std::string("False")));
  EXPECT_EQ(value("absent"), std::nullopt);
  EXPECT_EQ(value("topdir_path"), Value(std::string("/src")));
}

TEST(Plan, RefusesWithFileLineAndSymbol) {
  const auto base = config_text();
  expect_refusal(base + "CONFIG_KDEVOPS_HOSTS_PREFIX=\"a-b\"\n", ".config:10", "CONFIG_KDEVOPS_HOSTS_PREFIX");
  expect_refusal(base + "CONFIG_KDEVOPS_HOSTS_PREFIX=\"\"\n", ".config:10", "is empty");
  expect_refusal(base + "CONFIG_KDEVOPS_HOSTS_PREFIX=\"" + std::string(70, 'a') + "\"\n", ".config:10", "host name");
  expect_refusal(base + "CONFIG_KDEVOPS_HOSTS_PREFIX=\"012\"\n", ".config:10", "host name");
  expect_refusal(base + "CONFIG_KDEVOPS_PYTHON_INTERPRETER=\"/a b\"\n", ".config:10", "interpreter");
  expect_refusal(base + "CONFIG_QEMU_BIN_PATH=\"qemu\"\n", ".config:10", "absolute");
  expect_refusal(base + "CONFIG_LIBVIRT_MACHINE_TYPE_STRING=\"q 35\"\n", ".config:10", "machine type");
  expect_refusal(base + "CONFIG_LIBVIRT_AIO_MODE=\"fast\"\n", ".config:10", "fast");
  expect_refusal(base + "CONFIG_NIXOS_VM_MEMORY_MB=1\n", ".config:10", "out of range");
  expect_refusal(base + "CONFIG_NIXOS_SSH_PORT=70000\n", ".config:10", "CONFIG_NIXOS_SSH_PORT");
  expect_refusal(base + "CONFIG_NIXOS_SSH_USER=\"ro ot\"\n", ".config:10", "no user name");
  expect_refusal(base + "CONFIG_NIXOS_STORAGE_DIR=\"{{ nowhere }}\"\n", ".config:10", "unknown variable");
  expect_refusal(base + "CONFIG_NIXOS_STORAGE_DIR=\"{{ a }}\"\nCONFIG_A=\"{{ a }}\"\n", ".config:10", "without end");
  expect_refusal(base + "CONFIG_NIXOS_STORAGE_DIR=\"relative\"\n", ".config:10", "absolute");
  expect_refusal(base + "CONFIG_LIBVIRT_EXTRA_DRIVE_FORMAT=\"vdi\"\n", ".config:10", "vdi");
  expect_refusal(base + "CONFIG_NIXOS_USE_LOCAL_MIRROR=y\n", ".config", "CONFIG_NIXOS_MIRROR_URL");
  expect_refusal("CONFIG_NIXOS=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"fstests\"\nCONFIG_KDEVOPS_WORKFLOW_ENABLE_FSTESTS=y\n",
                 ".config:2", "no section");
  expect_refusal("CONFIG_NIXOS=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"nope\"\n", ".config:2", "no workflow \"nope\"");
  expect_refusal("CONFIG_A=y\n", ".config", "SKIP_BRINGUP");
}

TEST(Plan, TakesDeclaredHostsByTurns) {
  const auto plan = plan_of(
      "CONFIG_SKIP_BRINGUP=y\nCONFIG_KDEVOPS_USE_DECLARED_HOSTS=y\nCONFIG_KDEVOPS_BASELINE_AND_DEV=y\n"
      "CONFIG_KDEVOPS_WORKFLOW_NAME=\"fstests\"\nCONFIG_KDEVOPS_WORKFLOW_ENABLE_FSTESTS=y\nCONFIG_KDEVOPS_DECLARED_HOSTS=\"a, b.example c\"\n");
  EXPECT_TRUE(plan.nodes.empty());
  EXPECT_THAT(group(plan, "baseline").hosts, ElementsAre("a", "c"));
  EXPECT_THAT(group(plan, "dev").hosts, ElementsAre("b.example"));
  EXPECT_THAT(group(plan, "fstests").hosts, ElementsAre("a", "b.example", "c"));
  EXPECT_EQ(group(plan, "all").interpreter, "/usr/bin/python3");
}

TEST(Plan, CallsTheOneNodeOfAMixLikeThePrefix) {
  const auto plan = plan_of("CONFIG_NIXOS=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"mix\"\nCONFIG_KDEVOPS_BASELINE_AND_DEV=y\n");
  EXPECT_THAT(names(plan), ElementsAre("kdevops", "kdevops-dev"));
}

TEST(Plan, GivesTheWorkflowsOfAMixTheServerTheyAskFor) {
  const std::string mix = "CONFIG_NIXOS=y\nCONFIG_KDEVOPS_WORKFLOW_NAME=\"mix\"\nCONFIG_KDEVOPS_BASELINE_AND_DEV=y\n"
                          "CONFIG_KDEVOPS_SETUP_NFSD=y\n";
  std::string other = fstests_yaml;
  other.replace(0, other.find('\n'), "name: gitr");
  other.replace(other.find("ENABLE_FSTESTS"), 14, "ENABLE_GITR");
  const std::vector<Workflow> workflows{parse_workflow(fstests_yaml, "w.yaml"), parse_workflow(other, "o.yaml")};
  const auto planned = [&](const std::string& more) {
    return make_plan(Config::parse(mix + more, ".config"), workflows, {"/src", "/src"});
  };
  EXPECT_THAT(names(planned("")), ElementsAre("kdevops", "kdevops-dev"));
  const auto plan = planned("CONFIG_KDEVOPS_WORKFLOW_ENABLE_FSTESTS=y\nCONFIG_KDEVOPS_WORKFLOW_ENABLE_GITR=y\n");
  EXPECT_THAT(names(plan), ElementsAre("kdevops", "kdevops-dev", "kdevops-nfsd"));
  EXPECT_THAT(group(plan, "nfsd").hosts, ElementsAre("kdevops-nfsd"));
  EXPECT_THAT(group(plan, "baseline").hosts, ElementsAre("kdevops"));
}

struct BadYaml {
  const char* text;
  const char* where;
  const char* what;
};
class BadWorkflow : public testing::TestWithParam<BadYaml> {};

TEST_P(BadWorkflow, IsRefusedWithItsLine) {
  const std::string head = "name: x\ndescription: d\nenable: E\ntest_suites: []\ngroups: []\n";
  try {
    parse_workflow(head + GetParam().text, "w.yaml");
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), GetParam().where) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(GetParam().what));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadWorkflow,
    testing::Values(BadYaml{"", "w.yaml:1", "\"nodes\" is missing"},
                    BadYaml{"nodes: []\nnode: []\n", "w.yaml:7", "unknown key \"node\""},
                    BadYaml{"nodes: []\nname: y\n", "w.yaml:7", "\"name\" twice"},
                    BadYaml{"nodes: 7\n", "w.yaml:6", "a list is expected"},
                    BadYaml{"nodes:\n  - {test: a, tset: b}\n", "w.yaml:7", "unknown key \"tset\""},
                    BadYaml{"nodes:\n  - {each: A_*}\n", "w.yaml:7", "\"test\" is missing"},
                    BadYaml{"nodes:\n  - {each: A, test: b-*}\n", "w.yaml:7", "exactly one '*'"},
                    BadYaml{"nodes:\n  - {test: a, role: dev}\n", "w.yaml:7", "role \"dev\""},
                    BadYaml{"nodes: []\nvariables:\n  - {name: v}\n", "w.yaml:8", "exactly one of"},
                    BadYaml{"nodes: []\nvariables:\n  - {name: v, from: A, value: b}\n", "w.yaml:8", "exactly one of"},
                    BadYaml{"nodes: [\n", "w.yaml:7", "not valid YAML"}));

TEST(Registry, ReadsFoldersThatHaveAWorkflow) {
  support::MemoryFiles files;
  files.contents["/w/fstests/workflow.yaml"] = fstests_yaml;
  files.contents["/w/notes/README"] = "";
  EXPECT_EQ(read_workflows(files, "/w").size(), 1u);
  files.contents["/w/other/workflow.yaml"] = fstests_yaml;
  try {
    read_workflows(files, "/w");
    ADD_FAILURE() << "a name that differs from its folder";
  } catch (const Error& e) {
    EXPECT_THAT(e.where(), testing::MatchesRegex("/w/[a-z]+/workflow.yaml:[0-9]+"));
  }
  files.contents.erase("/w/other/workflow.yaml");
  files.contents["/w/other/Kconfig"] = "";
  EXPECT_THROW(read_workflows(files, "/w"), Error) << "a Kconfig without its workflow.yaml";
}

TEST(Registry, AWorkflowIsTurnedOnByItsOwnSymbol) {
  auto workflow = parse_workflow(fstests_yaml, "w.yaml");
  workflow.enable = "ANOTHER";
  try {
    make_plan(Config::parse(config_text(), ".config"), {workflow}, {"/src", "/src"});
    ADD_FAILURE() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), workflow.enable_place);
    EXPECT_THAT(e.what(), HasSubstr("CONFIG_ANOTHER"));
  }
}

}  // namespace
}  // namespace kdevops::plan
