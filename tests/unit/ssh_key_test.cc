// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <filesystem>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "plan/identity.h"
#include "ssh/key.h"
#include "ssh_testing.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::ssh {
namespace {

namespace fs = std::filesystem;

/// The documented algorithm, written a second time and in another way: split the path at "/",
/// join the last two parts by "-", append the first eight hex digits of the path's SHA-256.
std::string documented_name(const std::string& path) {
  std::vector<std::string> parts{""};
  for (const char c : path) {
    if (c == '/') parts.emplace_back();
    else parts.back() += c;
  }
  std::array<unsigned char, 32> digest{};
  EVP_Digest(path.data(), path.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::ostringstream name;
  name << "kdevops-nixos-" << parts[parts.size() - 2] << '-' << parts.back() << '-' << std::hex;
  for (int i = 0; i < 4; ++i) name << digest[i] / 16 << digest[i] % 16;
  return name.str();
}

TEST(SshKey, NamesAreThoseOfKdevops) {
  EXPECT_EQ(plan::key_name("/home/user/work/kdevops"), "kdevops-nixos-work-kdevops-9425930c");
  EXPECT_EQ(plan::key_name("/kdevops"), "kdevops-nixos--kdevops-13f2a82b");
}

TEST(SshKey, NamesOfAThousandRandomPathsAreAsDocumented) {
  std::mt19937 random(20260826);
  const std::vector<std::string> letters = {"a", "Z", "0", "-", "_", ".", " ", "ü", "世",
                                            "'", "\"", "\\", "$", "%", "#", "~", "\t"};
  const auto pick = [&](std::size_t n) { return random() % n; };
  for (int i = 0; i < 1000; ++i) {
    std::string path;
    for (std::size_t part = 0, parts = 1 + pick(8); part < parts; ++part) {
      path += '/';
      for (std::size_t n = 0, size = 1 + pick(30); n < size; ++n) path += letters[pick(letters.size())];
    }
    ASSERT_EQ(plan::key_name(path), documented_name(path)) << path;
  }
}

TEST(SshKey, MakesAPrivateEd25519PairWhateverTheUmask) {
  TemporaryHome home;
  support::RealProcesses processes;
  const auto path = key_path("/home/user/work/kdevops");
  EXPECT_EQ(path, home / ".ssh/kdevops-nixos-work-kdevops-9425930c");
  const mode_t old = umask(0);
  EXPECT_TRUE(create_key(path, processes));
  umask(old);
  EXPECT_EQ(mode_of(home / ".ssh"), 0700u);
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(mode_of(path + ".pub"), 0644u);
  const auto pub = support::RealFiles().read_or_throw(path + ".pub");
  EXPECT_TRUE(pub.starts_with("ssh-ed25519 ")) << pub;
  EXPECT_TRUE(pub.ends_with(" kdevops@nixos\n")) << pub;
  support::Command command;
  command.argv = {"ssh-keygen", "-y", "-P", "", "-f", path};
  EXPECT_EQ(processes.check(command).out, pub) << "no passphrase, and the halves belong together";
  for (const auto& name : support::RealFiles().list(home / ".ssh")) {
    EXPECT_FALSE(name.starts_with(".kdevops-key")) << "left behind: " << name;
  }
}

TEST(SshKey, NeverOverwrites) {
  TemporaryHome home;
  support::RealProcesses processes;
  support::RealFiles files;
  files.write(home / "key", "private", 0600);
  files.write(home / "key.pub", "public", 0644);
  EXPECT_FALSE(create_key(home / "key", processes));
  EXPECT_EQ(files.read(home / "key"), "private");
  EXPECT_EQ(files.read(home / "key.pub"), "public");
}

TEST(SshKey, HalfAPairIsAnErrorThatNamesTheMissingHalf) {
  TemporaryHome home;
  support::FakeProcesses processes;
  for (const std::string there : {"key", "key.pub"}) {
    const std::string missing = there == "key" ? "key.pub" : "key";
    support::RealFiles().write(home / there, "x", 0600);
    try {
      create_key(home / "key", processes);
      ADD_FAILURE() << "made a pair over " << there;
    } catch (const support::Error& error) {
      EXPECT_EQ(error.where(), home / missing);
      EXPECT_NE(std::string(error.what()).find("missing"), std::string::npos) << error.what();
      EXPECT_FALSE(error.hint().empty());
    }
    EXPECT_FALSE(fs::exists(home / missing));
    support::RealFiles().remove(home / there);
  }
  EXPECT_TRUE(processes.commands.empty());
}

TEST(SshKey, AFailedKeygenLeavesNothing) {
  TemporaryHome home;
  support::FakeProcesses processes;
  processes.answer = [](const support::Command& command) {
    support::RealFiles().write(command.argv.back(), "half", 0600);
    support::ProcessResult result;
    result.status = 1;
    return result;
  };
  EXPECT_THROW(create_key(home / ".ssh/key", processes), support::Error);
  EXPECT_EQ(support::RealFiles().list(home / ".ssh"), std::vector<std::string>{".kdevops.lock"});
}

}  // namespace
}  // namespace kdevops::ssh
