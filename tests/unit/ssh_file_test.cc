// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ssh/config_file.h"
#include "ssh_testing.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::ssh {
namespace {

namespace fs = std::filesystem;

bool update(const std::string& path, const std::string& host) {
  Entry entry;
  entry.host = host;
  return edit_config(path, [&](const auto& text) { return update_entry(text.value_or(""), entry); });
}

bool remove(const std::string& path, const std::string& host) {
  return edit_config(path, [&](auto text) -> std::optional<std::string> {
    if (!text) return std::nullopt;
    return remove_entry(*text, "NixOS VM", host);
  });
}

TEST(SshFile, MakesAPrivateFileInAPrivateDirectory) {
  TemporaryHome home;
  EXPECT_TRUE(update("~/.ssh/config", "x"));
  EXPECT_EQ(mode_of(home / ".ssh"), 0700u);
  EXPECT_EQ(mode_of(home / ".ssh/config"), 0600u);
  EXPECT_FALSE(update("~/.ssh/config", "x")) << "the second time there is nothing to do";
}

TEST(SshFile, RemovingFromNothingMakesNothing) {
  TemporaryHome home;
  EXPECT_FALSE(remove("~/.ssh/config", "x"));
  EXPECT_FALSE(fs::exists(home / ".ssh"));
}

TEST(SshFile, TakesAPathWithoutADirectory) {
  TemporaryHome home;
  const auto before = fs::current_path();
  fs::current_path(home / "");
  EXPECT_TRUE(update("config", "x"));
  fs::current_path(before);
  EXPECT_TRUE(fs::exists(home / "config"));
}

TEST(SshFile, KeepsModeAndOwner) {
  TemporaryHome home;
  support::RealFiles().write(home / "config", "Host one\n", 0640);
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(chown((home / "config").c_str(), 1234, 4321), 0);
  }
  const mode_t old = umask(077);
  EXPECT_TRUE(update(home / "config", "x"));
  umask(old);
  struct stat st {};
  ASSERT_EQ(stat((home / "config").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0640u);
  EXPECT_EQ(st.st_uid, root ? 1234 : geteuid());
  EXPECT_EQ(st.st_gid, root ? 4321 : getegid());
}

TEST(SshFile, ReplacesTheTargetOfLinksAndKeepsTheLinks) {
  TemporaryHome home;
  fs::create_directories(home / "dotfiles");
  fs::create_directories(home / ".ssh");
  support::RealFiles().write(home / "dotfiles/ssh_config", "Host one\n", 0600);
  fs::create_symlink("../dotfiles/second", home / ".ssh/config");
  fs::create_symlink("ssh_config", home / "dotfiles/second");
  EXPECT_TRUE(update(home / ".ssh/config", "x"));
  EXPECT_TRUE(fs::is_symlink(home / ".ssh/config"));
  EXPECT_TRUE(fs::is_symlink(home / "dotfiles/second"));
  EXPECT_NE(support::RealFiles().read_or_throw(home / "dotfiles/ssh_config").find("Host x\n"),
            std::string::npos);
}

TEST(SshFile, FillsADanglingLinkAndRefusesARing) {
  TemporaryHome home;
  fs::create_symlink("nowhere", home / "dangling");
  EXPECT_TRUE(update(home / "dangling", "x"));
  EXPECT_TRUE(fs::is_symlink(home / "dangling"));
  EXPECT_TRUE(fs::is_regular_file(home / "nowhere"));
  fs::create_symlink("ring", home / "ring");
  EXPECT_THROW(update(home / "ring", "x"), support::Error);
}

TEST(SshFile, LeavesTheFileAloneWhenAValueIsRefused) {
  TemporaryHome home;
  support::RealFiles().write(home / "config", "Host one\n", 0600);
  EXPECT_THROW(update(home / "config", "a b"), support::Error);
  EXPECT_EQ(support::RealFiles().read(home / "config"), "Host one\n");
}

TEST(SshFile, ThirtyTwoProcessesAtOnceLoseNothing) {
  TemporaryHome home;
  const std::string user = "User me\n\nHost one\n    Port 4";
  support::RealFiles().write(home / "config", user, 0600);
  constexpr int kProcesses = 32, kRounds = 5;
  const auto in_children = [](const std::function<void(int)>& work) {
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        try {
          work(i);
          _exit(0);
        } catch (...) {
          _exit(1);
        }
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = -1;
      EXPECT_EQ(waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
  };
  const auto host = [](int i, int round) {
    return "n" + std::to_string(i) + (round == 0 ? "" : "-" + std::to_string(round));
  };
  in_children([&](int i) {
    for (int round = 0; round < kRounds; ++round) update(home / "config", host(i, round));
  });
  const auto full = support::RealFiles().read_or_throw(home / "config");
  for (int i = 0; i < kProcesses; ++i) {
    for (int round = 0; round < kRounds; ++round) {
      const auto line = "\nHost " + host(i, round) + "\n";
      EXPECT_NE(full.find(line), full.npos) << line;
    }
  }
  in_children([&](int i) {
    for (int round = 0; round < kRounds; ++round) remove(home / "config", host(i, round));
  });
  EXPECT_EQ(support::RealFiles().read(home / "config"), user);
}

}  // namespace
}  // namespace kdevops::ssh
