// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "emit/ssh_config.h"
#include "ssh/config_file.h"
#include "ssh/config_lines.h"
#include "ssh_corpus.h"
#include "ssh_testing.h"
#include "support/error.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::ssh {
namespace {

Entry entry(const std::string& host) {
  Entry e;
  e.host = host;
  e.address = "192.168.122.7";
  e.key = "~/.ssh/kdevops-nixos-a-b-01234567";
  e.proxy = "/usr/lib/systemd/systemd-ssh-proxy";
  return e;
}

Entry vsock_entry(const std::string& host, Transport transport) {
  Entry e = entry(host);
  e.vsock_cid = 77;
  e.default_transport = transport;
  return e;
}

/// What ssh itself makes of a config for one host: keyword -> values in order, joined by "\n".
std::map<std::string, std::string> ssh_reads(const std::string& config, const std::string& host) {
  TemporaryHome home;
  support::RealFiles().write(home / "config", config, 0600);
  support::Command command;
  command.argv = {"ssh", "-G", "-F", home / "config", host};
  const auto result = support::RealProcesses().check(command);
  std::map<std::string, std::string> options;
  for (std::size_t at = 0; at < result.out.size();) {
    const auto end = result.out.find('\n', at);
    const auto line = result.out.substr(at, end - at);
    auto& value = options[line.substr(0, line.find(' '))];
    if (!value.empty()) value += '\n';
    value += line.substr(std::min(line.find(' ') + 1, line.size()));
    at = end + 1;
  }
  return options;
}

constexpr const char* kTcp =
    "# kdevops-managed: NixOS VM - x\n"
    "Host x\n"
    "    HostName 192.168.122.7\n"
    "    Port 22\n"
    "    User kdevops\n"
    "    IdentityFile ~/.ssh/kdevops-nixos-a-b-01234567\n"
    "    StrictHostKeyChecking no\n"
    "    UserKnownHostsFile /dev/null\n"
    "    LogLevel ERROR\n";

TEST(SshConfig, WritesTheDocumentedBlock) { EXPECT_EQ(update_entry("", entry("x")), kTcp); }

TEST(SshConfig, WritesTheDocumentedVsockBlocks) {
  const std::string vsock =
      "    User kdevops\n"
      "    IdentityFile ~/.ssh/kdevops-nixos-a-b-01234567\n"
      "    ProxyCommand /usr/lib/systemd/systemd-ssh-proxy vsock/77 22\n"
      "    ProxyUseFdpass yes\n"
      "    CheckHostIP no\n"
      "    StrictHostKeyChecking no\n"
      "    UserKnownHostsFile /dev/null\n"
      "    LogLevel ERROR\n";
  const std::string tcp = std::string(kTcp).substr(std::string(kTcp).find("    HostName"));
  EXPECT_EQ(update_entry("", vsock_entry("x", Transport::vsock)),
            "# kdevops-managed: NixOS VM - x\nHost x x-vsock\n" + vsock +
                "\n# kdevops-managed: NixOS VM - x-tcp\nHost x-tcp\n" + tcp);
  EXPECT_EQ(update_entry("", vsock_entry("x", Transport::tcp)),
            "# kdevops-managed: NixOS VM - x\nHost x x-tcp\n" + tcp +
                "\n# kdevops-managed: NixOS VM - x-vsock\nHost x-vsock\n" + vsock);
}

class Corpus : public testing::TestWithParam<std::pair<std::string, std::string>> {};
INSTANTIATE_TEST_SUITE_P(SshConfig, Corpus, testing::ValuesIn(awkward_configs()),
                         [](const auto& config) { return "n" + std::to_string(config.index); });

TEST_P(Corpus, ComesBackByteForByteInAnyOrder) {
  const auto& user = GetParam().second;
  std::string config = user;
  for (const char* host : {"x", "x-dev", "x-dev-2"}) config = update_entry(config, entry(host));
  config = update_entry(config, vsock_entry("y", Transport::vsock));
  config = update_entry(config, vsock_entry("y-dev", Transport::tcp));
  const auto kept = split_lines(config);
  auto at = kept.begin();
  for (const auto line : split_lines(user)) {
    at = std::find(at, kept.end(), line);
    ASSERT_NE(at, kept.end()) << "lost or moved: " << line;
  }
  for (const char* host : {"x-dev", "y", "x", "y-dev", "x-dev-2"}) {
    config = remove_entry(config, "NixOS VM", host);
  }
  EXPECT_EQ(config, user) << GetParam().first;
}

TEST_P(Corpus, UpdatingAgainChangesNothing) {
  auto once = update_entry(GetParam().second, entry("x"));
  once = update_entry(once, vsock_entry("x-dev", Transport::tcp));
  EXPECT_EQ(update_entry(once, entry("x")), once);
  EXPECT_EQ(update_entry(once, vsock_entry("x-dev", Transport::tcp)), once);
}

TEST_P(Corpus, OurEntryWinsAndNobodyElsesMeaningChanges) {
  const auto& user = GetParam().second;
  const auto config = update_entry(update_entry(user, entry("x")), entry("x-dev"));
  auto ours = ssh_reads(config, "x");
  EXPECT_EQ(ours["hostname"], "192.168.122.7");
  EXPECT_EQ(ours["user"], "kdevops");
  EXPECT_EQ(ours["port"], "22");
  for (const char* other : {"one", "two", "mine", "elsewhere", "x-d"}) {
    EXPECT_EQ(ssh_reads(config, other), ssh_reads(user, other)) << other;
  }
}

TEST(SshConfig, RemovingAHostLeavesThoseWhoseNamesStartWithIt) {
  std::string config;
  for (const char* host : {"x", "x-dev", "x-logdev", "xy", "x.dev"}) {
    config = update_entry(config, entry(host));
  }
  const auto left = remove_entry(config, "NixOS VM", "x");
  EXPECT_EQ(left.find("Host x\n"), left.npos);
  for (const char* host : {"x-dev", "x-logdev", "xy", "x.dev"}) {
    EXPECT_NE(left.find(std::string("Host ") + host + "\n"), left.npos) << host;
  }
}

TEST(SshConfig, AHostNamedLikeATransportOfAnotherIsNotTakenWithIt) {
  auto config = update_entry(update_entry("", entry("x")), entry("x-tcp"));
  config = update_entry(config, vsock_entry("x-vsock", Transport::vsock));
  const auto left = remove_entry(config, "NixOS VM", "x");
  EXPECT_NE(left.find("Host x-tcp\n"), left.npos);
  EXPECT_NE(left.find("Host x-vsock x-vsock-vsock\n"), left.npos);
}

TEST(SshConfig, AHostReachedBothWaysTakesBothNames) {
  const auto config = update_entry("", entry("x-tcp"));
  const auto once = update_entry(config, vsock_entry("x", Transport::vsock));
  EXPECT_EQ(once, update_entry("", vsock_entry("x", Transport::vsock)));
  EXPECT_EQ(update_entry(once, vsock_entry("x", Transport::vsock)), once);
}

TEST(SshConfig, DroppingVsockTakesBothTransportsAway) {
  const auto config = update_entry("", vsock_entry("x", Transport::tcp));
  EXPECT_EQ(update_entry(config, entry("x")), kTcp);
}

TEST(SshConfig, OtherTagsAreLeftAlone) {
  Entry other = entry("x");
  other.tag = "qsu imageless NixOS";
  const auto config = update_entry("", other);
  EXPECT_EQ(remove_entry(update_entry(config, entry("x")), "NixOS VM", "x"), config);
}

TEST(SshConfig, AnEntryBelowHostStarMovesAboveIt) {
  const std::string config = std::string("Host *\n    User me\n\n") + kTcp;
  const auto updated = update_entry(config, entry("x"));
  EXPECT_EQ(updated, std::string(kTcp) + "\nHost *\n    User me\n");
  EXPECT_EQ(ssh_reads(config, "x")["user"], "me") << "what the move is for";
}

TEST(SshConfig, ABlockWithInnerBlankLinesGoesWhole) {
  std::string block = kTcp;
  block.insert(block.find("    Port"), "\n   \n");
  block.insert(block.find("    LogLevel"), "ForwardAgent yes\n");
  const std::string after = "\n# mine\nHost z\n    Port 4\n";
  EXPECT_EQ(remove_entry(block + after, "NixOS VM", "x"), after.substr(1));
}

TEST(SshConfig, FlushLeftTextUnderABlockIsTheUsers) {
  const std::string after = "# mine\nForwardAgent yes\n  # indented\n  Compression yes\n";
  EXPECT_EQ(remove_entry(kTcp + after, "NixOS VM", "x"), after);
}

TEST(SshConfig, ABlockWithoutAFinalNewlineIsReplacedWhole) {
  std::string config = kTcp;
  config.pop_back();
  EXPECT_EQ(update_entry(config, entry("x")), kTcp);
  EXPECT_EQ(remove_entry(config, "NixOS VM", "x"), "");
}

TEST(SshConfig, CrlfFilesGetCrlfEntries) {
  const auto config = update_entry("Host one\r\n    Port 4\r\n", entry("x"));
  for (std::size_t at = config.find('\n'); at != config.npos; at = config.find('\n', at + 1)) {
    ASSERT_EQ(config[at - 1], '\r');
  }
  EXPECT_EQ(ssh_reads(config, "x")["user"], "kdevops");
}

TEST(SshConfig, SshReadsAwkwardKeyPathsBack) {
  for (const std::string path :
       {"/a b/c", "/quo\"te", "/it's", "/back\\slash", "/trailing\\", "/100%", "/%h%%d", "/#hash",
        "#hash", "=equals", "/$HOME/x", "/größe/世界", "~/.ssh/a b", "/a  two  blanks ", "/`id`;|&<>",
        "/a\\\"b", "\"", "\\"}) {
    Entry e = entry("x");
    e.key = path;
    std::string percent_doubled;
    for (const char c : path) percent_doubled.append(c == '%' ? 2 : 1, c);
    EXPECT_EQ(ssh_reads(update_entry("", e), "x")["identityfile"], percent_doubled)
        << "-G shows the value before ssh's own percent expansion";
  }
  Entry e = entry("x");
  e.key = "/" + std::string(10000, 'k');
  EXPECT_EQ(ssh_reads(update_entry("", e), "x")["identityfile"], e.key);
}

TEST(SshConfig, AcceptsAddressesOfAllKinds) {
  for (const std::string address : {"10.0.0.1", "::1", "node.example.org", "localhost"}) {
    Entry e = entry("x");
    e.address = address;
    EXPECT_EQ(ssh_reads(update_entry("", e), "x")["hostname"], address);
  }
  Entry e = entry("x");
  e.address = "fe80::1%eth0";
  EXPECT_NE(update_entry("", e).find("HostName fe80::1%%eth0\n"), std::string::npos);
}

TEST(SshConfig, RefusesWhatCannotBeWritten) {
  const auto refused = [](const std::function<void(Entry&)>& spoil) {
    Entry e = entry("x");
    spoil(e);
    try {
      update_entry("Host one\n", e);
    } catch (const support::Error& error) {
      EXPECT_EQ(error.code(), support::ExitCode::configuration);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return true;
    }
    return false;
  };
  for (const std::string bad : {"", "-oProxyCommand=id", "a b", "a\nHost *", "*", "a,b", "!a", "a?",
                                "a\"b", "a#b", "a%h", "a\tb", "größe", "a/b"}) {
    EXPECT_TRUE(refused([&](Entry& e) { e.host = bad; })) << "host " << bad;
    EXPECT_TRUE(refused([&](Entry& e) { e.address = bad == "a%h" ? "a b" : bad; })) << "address " << bad;
    EXPECT_TRUE(refused([&](Entry& e) { e.user = bad; })) << "user " << bad;
  }
  for (const std::string bad : {"/a\nb", "/a\rb", "/a\tb", "/a\x7f", "/${HOME}/x"}) {
    EXPECT_TRUE(refused([&](Entry& e) { e.key = bad; })) << "key " << bad;
  }
  EXPECT_TRUE(refused([](Entry& e) { e.key = std::string("/a\0b", 4); }));
  for (const std::string bad : {"", "0", "65536", "-1", "22 ", "ssh", "022222", "2\n2"}) {
    EXPECT_TRUE(refused([&](Entry& e) { e.port = bad; })) << "port " << bad;
  }
  for (const std::string bad : {"", "a\nHost *", "a\x1b[31m"}) {
    EXPECT_TRUE(refused([&](Entry& e) { e.tag = bad; })) << "tag " << bad;
  }
}

}  // namespace
}  // namespace kdevops::ssh
