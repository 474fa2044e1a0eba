// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>

#include <gtest/gtest.h>

#include "emit/ssh_config.h"
#include "ssh/config_file.h"
#include "ssh/fleet_config.h"
#include "ssh_corpus.h"
#include "ssh_testing.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::ssh {
namespace {

namespace fs = std::filesystem;

plan::Plan fleet(const std::string& id = "aa") {
  plan::Plan plan;
  plan.ssh.user = "kdevops";
  plan.ssh.port = 2222;
  plan.ssh.key = "~/.ssh/kdevops-nixos-a b-" + id;
  plan.ssh.config = "~/.ssh/config";
  plan.ssh.fleet_config = "~/.ssh/config_kdevops_" + id;
  for (const char* name : {"demo-xfs", "demo-xfs-dev"}) plan.nodes.emplace_back().name = name;
  return plan;
}

const std::string kInclude = "Include ~/.ssh/config_kdevops_aa\n";

std::string read(const std::string& path) { return support::RealFiles().read_or_throw(path); }

TEST(SshFleet, HasOneStanzaPerNodeByAddressOrName) {
  EXPECT_EQ(emit::fleet_config_text(fleet(), {{"demo-xfs-dev", "192.168.122.9"}, {"gone", "x"}}),
            "Host demo-xfs\n"
            "    HostName demo-xfs\n"
            "    Port 2222\n"
            "    User kdevops\n"
            "    IdentityFile \"~/.ssh/kdevops-nixos-a b-aa\"\n"
            "    IdentitiesOnly yes\n"
            "    ServerAliveInterval 10\n"
            "    ServerAliveCountMax 6\n"
            "    StrictHostKeyChecking no\n"
            "    UserKnownHostsFile /dev/null\n"
            "    LogLevel ERROR\n"
            "\n"
            "Host demo-xfs-dev\n"
            "    HostName 192.168.122.9\n"
            "    Port 2222\n"
            "    User kdevops\n"
            "    IdentityFile \"~/.ssh/kdevops-nixos-a b-aa\"\n"
            "    IdentitiesOnly yes\n"
            "    ServerAliveInterval 10\n"
            "    ServerAliveCountMax 6\n"
            "    StrictHostKeyChecking no\n"
            "    UserKnownHostsFile /dev/null\n"
            "    LogLevel ERROR\n");
}

TEST(SshFleet, RefusesAnAddressThatIsAnOption) {
  EXPECT_THROW(emit::fleet_config_text(fleet(), {{"demo-xfs", "-oProxyCommand=id"}}),
               support::Error);
}

class FleetCorpus : public testing::TestWithParam<std::pair<std::string, std::string>> {};
INSTANTIATE_TEST_SUITE_P(SshFleet, FleetCorpus, testing::ValuesIn(awkward_configs()),
                         [](const auto& config) { return "n" + std::to_string(config.index); });

TEST_P(FleetCorpus, IncludeIsOneLineAtTheTopAndGoesWithoutATrace) {
  TemporaryHome home;
  const auto& user = GetParam().second;
  support::RealFiles files;
  files.write(home / ".ssh/config", user, 0640);
  write_fleet_config(fleet(), {});
  write_fleet_config(fleet(), {});
  const bool crlf = user.substr(0, user.find('\n') + 1).ends_with("\r\n");
  const auto include = crlf ? "Include ~/.ssh/config_kdevops_aa\r\n" : kInclude;
  EXPECT_EQ(read(home / ".ssh/config"), include + user) << GetParam().first;
  EXPECT_EQ(mode_of(home / ".ssh/config"), 0640u);
  EXPECT_EQ(mode_of(home / ".ssh/config_kdevops_aa"), 0600u);
  remove_fleet_config(fleet());
  EXPECT_EQ(read(home / ".ssh/config"), user);
  EXPECT_FALSE(fs::exists(home / ".ssh/config_kdevops_aa"));
}

TEST(SshFleet, AConfigWeMadeGoesWithTheLastTree) {
  TemporaryHome home;
  write_fleet_config(fleet("aa"), {});
  write_fleet_config(fleet("bb"), {});
  EXPECT_EQ(mode_of(home / ".ssh/config"), 0600u);
  EXPECT_EQ(mode_of(home / ".ssh"), 0700u);
  remove_fleet_config(fleet("aa"));
  EXPECT_NE(read(home / ".ssh/config").find("config_kdevops_bb\n"), std::string::npos);
  remove_fleet_config(fleet("bb"));
  EXPECT_FALSE(fs::exists(home / ".ssh/config"));
  remove_fleet_config(fleet("bb"));
}

TEST(SshFleet, AConfigWeMadeStaysWhenAUserWroteIntoIt) {
  TemporaryHome home;
  write_fleet_config(fleet(), {});
  const std::string mine = "Host one\n    Port 4\n";
  support::RealFiles().write(home / ".ssh/config", read(home / ".ssh/config") + mine, 0600);
  remove_fleet_config(fleet());
  EXPECT_EQ(read(home / ".ssh/config"), mine);
}

TEST(SshFleet, AnEmptyConfigOfTheUsersStays) {
  TemporaryHome home;
  support::RealFiles().write(home / ".ssh/config", "", 0600);
  write_fleet_config(fleet(), {});
  remove_fleet_config(fleet());
  EXPECT_EQ(read(home / ".ssh/config"), "");
}

TEST(SshFleet, LeavesTheConfigAloneWhenAskedTo) {
  TemporaryHome home;
  auto plan = fleet();
  plan.ssh.update_config = false;
  write_fleet_config(plan, {});
  EXPECT_TRUE(fs::exists(home / ".ssh/config_kdevops_aa"));
  EXPECT_FALSE(fs::exists(home / ".ssh/config"));
}

TEST(SshFleet, SharesTheConfigWithSingleEntries) {
  TemporaryHome home;
  const std::string user = "User me\n";
  support::RealFiles().write(home / ".ssh/config", user, 0600);
  Entry entry;
  entry.host = "x";
  const auto edit = [](const auto& change) {
    edit_config("~/.ssh/config", [&](const auto& text) { return change(text.value_or("")); });
  };
  edit([&](const std::string& text) { return update_entry(text, entry); });
  write_fleet_config(fleet(), {});
  entry.host = "y";
  edit([&](const std::string& text) { return update_entry(text, entry); });
  write_fleet_config(fleet(), {});
  const auto config = read(home / ".ssh/config");
  EXPECT_EQ(config.find(kInclude), 0u);
  EXPECT_EQ(config.find(kInclude, 1), config.npos) << "kept once";
  edit([](const std::string& text) { return remove_entry(text, "NixOS VM", "x"); });
  remove_fleet_config(fleet());
  edit([](const std::string& text) { return remove_entry(text, "NixOS VM", "y"); });
  EXPECT_EQ(read(home / ".ssh/config"), user);
}

}  // namespace
}  // namespace kdevops::ssh
