// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "nix/build.h"
#include "nix/flakeless.h"
#include "nix/nix_cli.h"
#include "support/error.h"

namespace kdevops::nix {
namespace {

using support::Command;
using support::Error;
using support::ExitCode;
using support::FakeProcesses;
using support::ProcessResult;
using testing::Contains;
using testing::HasSubstr;

/// A tree with a plan of two systems, a key, a library, and a Nix that builds by writing a file.
class Build : public testing::Test {
 protected:
  Build() {
    mkdtemp(root_.data());
    setenv("HOME", root_.c_str(), 1);
    plan_.instance.tree = root_ + "/tree";
    plan_.ssh.key = "~/.ssh/key";
    plan_.instance.topdir = root_ + "/sources";
    plan_.nix.library = root_ + "/library";
    for (const char* name : {"one", "two"}) {
      plan::System system;
      system.name = name;
      system.platform = "x86_64-linux";
      system.backend = "libvirt";
      plan_.systems.push_back(system);
      files_.write(directory(name) + "/flake.nix", "{}", 0644);
    }
    files_.write(root_ + "/.ssh/key.pub", "ssh-ed25519 AAAA\n", 0644);
    files_.write(root_ + "/library/flake.nix", "{}", 0644);
    processes_.answer = [this](const Command& command) { return nix(command); };
  }
  ~Build() override { std::filesystem::remove_all(root_); }

  std::string out(const std::string& system) const {
    return root_ + "/0123456789-kdevops-" + system + (plan_.nix.standin ? "-standin" : "");
  }
  std::string directory(const std::string& system) const {
    return root_ + "/tree/nixos/generated/" + system;
  }

  ProcessResult nix(const Command& command) {
    const auto& argv = command.argv;
    if (argv[0] == "nix-store") {
      files_.write(argv[4], "", 0644);
      return {0, "", "", false};
    }
    if (argv[1] == "--version") return {0, "nix (Nix) " + version_ + "\n", "", false};
    if (argv[1] == "flake") {
      for (const auto& word : argv) {
        if (word.starts_with("path:")) files_.write(word.substr(5) + "/flake.lock", "{}", 0644);
      }
    } else if (argv[0] == "nix-build") {
      const auto& file = argv[1];
      const auto system = file.substr(directory("").size(), file.rfind('/') - directory("").size());
      files_.write(out(system), "", 0644);
      return {0, out(system) + "\n", "", false};
    } else if (argv[1] == "build" && argv.at(5).ends_with("toplevel")) {
      return {0, R"([{"outputs": {"out": ")" + toplevel() + R"("}}])", "", false};
    } else if (argv[1] == "build") {
      // As Nix does: in the order of the store paths.
      for (const char* name : {"two", "one"}) files_.write(out(name), "", 0644);
      return {0, R"([{"outputs": {"out": ")" + out("two") + R"("}}, {"outputs": {"out": ")" + out("one") + R"("}}])", "", false};
    }
    return {0, "", "", false};
  }

  std::string toplevel() const { return root_ + "/0123456789-nixos-system-unnamed-26.11"; }

  /// One system without a disk, and what Nix will build of it.
  void make_imageless() {
    plan_.systems.resize(1);
    plan_.systems[0].backend = "imageless";
    plan_.systems[0].kernel.flavor = "external";
    files_.write(toplevel() + "/boot.json",
                 R"({"org.nixos.bootspec.v1": {"system": "x86_64-linux", "label": "x", "toplevel": ")" + toplevel() +
                     R"(", "init": ")" + toplevel() + R"(/init", "initrd": "/i/initrd"}})",
                 0644);
  }

  /// The commands whose second word is `verb`, each as one line.
  std::vector<std::string> lines(const std::string& verb) const {
    std::vector<std::string> lines;
    for (const auto& command : processes_.commands) {
      if (command.argv.size() > 1 && command.argv[1] == verb) lines.push_back(support::shell_quote(command.argv));
    }
    return lines;
  }

  int count(const std::string& verb) const {
    int n = 0;
    for (const auto& command : processes_.commands) n += command.argv.size() > 1 && command.argv[1] == verb;
    return n;
  }

  std::map<std::string, Built> build() { return build_systems(plan_, files_, processes_); }

  std::string root_ = testing::TempDir() + "kdevops-nix-XXXXXX", version_ = "2.26.3";
  support::RealFiles files_;
  FakeProcesses processes_;
  plan::Plan plan_;
};

TEST_F(Build, BuildsAllSystemsWithOneCommandAndRootsThem) {
  const auto built = build();
  EXPECT_EQ(count("build"), 1);
  EXPECT_EQ(built.at("one").image, out("one") + "/nixos.qcow2");
  EXPECT_EQ(built.at("two").image, out("two") + "/nixos.qcow2");
  EXPECT_TRUE(files_.exists(directory("one") + "/result"));
  EXPECT_EQ(files_.read(directory("two") + "/authorized_keys"), "ssh-ed25519 AAAA\n");
}

TEST_F(Build, StartsNoProcessWhenNothingChanged) {
  build();
  processes_.commands.clear();
  const auto built = build();
  EXPECT_TRUE(processes_.commands.empty());
  EXPECT_FALSE(built.at("one").fresh);
}

TEST_F(Build, RebuildsWhenAnInputChanged) {
  const std::vector<std::function<void()>> changes{
      [&] { files_.write(directory("one") + "/default.nix", "{ }", 0644); },
      [&] { files_.write(root_ + "/.ssh/key.pub", "ssh-ed25519 BBBB\n", 0644); },
      [&] { files_.write(root_ + "/library/modules/x.nix", "{ }", 0644); },
      [&] { files_.write(directory("two") + "/flake.lock", "{ }", 0644); },
      [&] { files_.remove(out("two")); },
      [&] { files_.remove(directory("one") + "/result"); },
      [&] { files_.write(plan_.instance.tree + "/nixos/generated/.build.json", "damaged", 0644); },
      [&] { files_.write(plan_.instance.tree + "/nixos/generated/.build.json", R"({"outs": 1})", 0644); },
  };
  build();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i]();
    processes_.commands.clear();
    build();
    EXPECT_EQ(count("build"), 1) << "change " << i;
  }
}

TEST_F(Build, LocksTheLibraryAnewOnlyWhenItChanged) {
  build();
  processes_.commands.clear();
  files_.write(directory("one") + "/default.nix", "{ }", 0644);
  build();
  EXPECT_EQ(count("flake"), 0);
  files_.write(root_ + "/library/modules/x.nix", "{ }", 0644);
  build();
  EXPECT_EQ(count("flake"), 2);
}

TEST_F(Build, BuildsASystemWithoutADiskToItsBootSpecification) {
  make_imageless();
  const auto built = build().at("one");
  EXPECT_EQ(built.boot->toplevel, toplevel());
  EXPECT_EQ(built.boot->init, toplevel() + "/init");
  EXPECT_EQ(built.boot->initrd, "/i/initrd");
  EXPECT_EQ(built.directory, directory("one"));
  EXPECT_EQ(built.image, "");
  EXPECT_THAT(lines("build"), testing::ElementsAre(HasSubstr("#packages.x86_64-linux.toplevel")));
  EXPECT_TRUE(files_.exists(directory("one") + "/result"));
  processes_.commands.clear();
  EXPECT_EQ(build().at("one").boot, built.boot);
  EXPECT_TRUE(processes_.commands.empty());
}

TEST_F(Build, LeavesMachinesToTheirDeployment) {
  plan_.systems[1].backend = "machine";
  const auto built = build();
  EXPECT_EQ(built.size(), 1u);
  EXPECT_THAT(lines("build").at(0), testing::Not(HasSubstr("/two#")));
}

TEST_F(Build, LooksAtLocalSourcesEveryTime) {
  plan_.systems[0].overrides = {{"fio", "path:/src/fio"}, {"damo", "git+https://example.org/damo"}};
  plan_.systems[0].kernel = {"source", "", "git+file:///src/linux?ref=next", {}, false};
  build();
  EXPECT_EQ(count("flake"), 2) << "one lock of each system, no update of a lock just made";
  processes_.commands.clear();
  build();
  EXPECT_THAT(lines("flake"), Contains(HasSubstr("/one fio-src kernel-src ")));
  EXPECT_EQ(count("build"), 1);
}

TEST_F(Build, LocksOldNixesWithTheOptionTheyHave) {
  plan_.nix.standin = true;
  version_ = "2.8.0";
  build();
  processes_.commands.clear();
  files_.write(root_ + "/library/modules/x.nix", "{ }", 0644);
  build();
  EXPECT_THAT(lines("flake"), testing::Each(HasSubstr("--update-input nixos-flake")));
  EXPECT_EQ(count("flake"), 2);
}

TEST_F(Build, CopiesTheKernelsFragments) {
  auto& kernel = plan_.systems[0].kernel;
  kernel = {"source", "", "git+https://example.org/linux", {"debug", "kvm-guest"}, false};
  files_.write(root_ + "/sources/kconfigs/kernel/debug.config", "CONFIG_A=y\n", 0644);
  files_.write(root_ + "/sources/kconfigs/kernel/debug.x86_64.config", "CONFIG_X=y\n", 0644);
  files_.write(root_ + "/sources/kconfigs/kernel/debug.aarch64.config", "CONFIG_ARM=y\n", 0644);
  files_.write(root_ + "/sources/kconfigs/kernel/kvm-guest.config", "CONFIG_B=y\n", 0644);
  build();
  EXPECT_EQ(files_.read(directory("one") + "/kernel/debug.config"), "CONFIG_A=y\nCONFIG_X=y\n");
  EXPECT_TRUE(files_.exists(directory("one") + "/kernel/kvm-guest.config"));
  kernel.fragments = {"debug"};
  build();
  EXPECT_FALSE(files_.exists(directory("one") + "/kernel/kvm-guest.config"));
  kernel = {};
  build();
  EXPECT_FALSE(files_.exists(directory("one") + "/kernel"));
  kernel.fragments = {"nosuch"};
  try {
    build();
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.where(), HasSubstr("kconfigs/kernel/nosuch.config"));
  }
}

TEST_F(Build, BuildsWithoutFlakes) {
  plan_.nix.flakes = false;
  plan_.nix.channel = "nixos-26.05";
  const auto built = build();
  EXPECT_EQ(built.at("two").image, out("two") + "/nixos.qcow2");
  EXPECT_EQ(count("flake"), 0);
  EXPECT_THAT(lines(directory("one") + "/packages.nix").at(0),
              HasSubstr("--attr image --no-out-link -I nixpkgs=channel:nixos-26.05"));
}

TEST_F(Build, BuildsAnyOutputOfTheSystemsNamed) {
  const auto outs = build_output(plan_, "toplevel", {"two"}, files_, processes_);
  ASSERT_EQ(outs.size(), 1u);
  EXPECT_EQ(outs.at("two").out, toplevel());
  EXPECT_TRUE(files_.exists(directory("two") + "/result-toplevel"));
  EXPECT_THAT(lines("build").at(0), HasSubstr("/two#packages.x86_64-linux.toplevel"));
  EXPECT_THROW(build_output(plan_, "iso", {"three"}, files_, processes_), Error);
  make_imageless();
  try {
    build_output(plan_, "iso", {}, files_, processes_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_EQ(e.where(), "one");
  }
}

TEST_F(Build, CopiesTheUsersOwnModuleAndTakesItBack) {
  files_.write(root_ + "/mine.nix", "{ }", 0644);
  plan_.systems[0].custom_module = root_ + "/mine.nix";
  build();
  EXPECT_EQ(files_.read(directory("one") + "/custom/default.nix"), "{ }");
  std::filesystem::create_directories(root_ + "/module");
  files_.write(root_ + "/module/default.nix", "{ imports = [ ./a.nix ]; }", 0644);
  files_.write(root_ + "/module/a.nix", "{ }", 0644);
  plan_.systems[0].custom_module = root_ + "/module";
  build();
  EXPECT_EQ(files_.read(directory("one") + "/custom/a.nix"), "{ }");
  plan_.systems[0].custom_module.clear();
  build();
  EXPECT_FALSE(files_.exists(directory("one") + "/custom"));
}

TEST_F(Build, RefusesAnOldNixBeforeAnythingStarts) {
  version_ = "2.8.0";
  try {
    build();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::host_not_ready);
    EXPECT_THAT(e.what(), HasSubstr("2.8.0"));
  }
  EXPECT_EQ(processes_.commands.size(), 1u);
  plan_.nix.standin = true;
  EXPECT_NO_THROW(build());
}

TEST_F(Build, SaysThatTheKeyIsMissing) {
  files_.remove(root_ + "/.ssh/key.pub");
  try {
    build();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), root_ + "/.ssh/key.pub");
  }
}

TEST_F(Build, PassesOnThatTheBuildFailed) {
  processes_.answer = [this](const Command& command) {
    return command.argv[1] == "build" ? ProcessResult{1, "", "error: x\n", false} : nix(command);
  };
  EXPECT_THROW(build(), Error);
  EXPECT_FALSE(files_.exists(directory("one") + "/result"));
}

TEST(Flakeless, SaysWhatNixpkgsIsOnTheSearchPath) {
  const auto path = [](const std::string& url) {
    plan::Nix nix;
    nix.nixpkgs_url = url;
    nix.channel = "nixos-26.05";
    return nixpkgs_search_path(nix);
  };
  EXPECT_EQ(path(""), "channel:nixos-26.05");
  EXPECT_EQ(path("path:/srv/nixpkgs"), "/srv/nixpkgs");
  EXPECT_EQ(path("https://example.org/n.tar.xz"), "https://example.org/n.tar.xz");
  EXPECT_EQ(path("github:NixOS/nixpkgs/nixos-26.05"), "https://github.com/NixOS/nixpkgs/archive/nixos-26.05.tar.gz");
  for (const char* url : {"git+file:///srv/nixpkgs", "github:NixOS/nixpkgs", "flake:nixpkgs"}) {
    EXPECT_THROW(path(url), Error) << url;
  }
}

TEST(NixVersion, IsReadAndCompared) {
  EXPECT_EQ(parse_version("nix (Nix) 2.8.0\n"), "2.8.0");
  EXPECT_EQ(parse_version("nix (Lix, like Nix) 2.91.1\n"), "2.91.1");
  EXPECT_EQ(parse_version("bash: no\n"), "");
  EXPECT_TRUE(version_less("2.8.0", "2.18"));
  EXPECT_TRUE(version_less("2.18", "2.18.1"));
  EXPECT_FALSE(version_less("2.18.0", "2.18"));
  EXPECT_FALSE(version_less("2.26pre2025", "2.26"));
  EXPECT_FALSE(version_less("3.0", "2.34.7"));
}

}  // namespace
}  // namespace kdevops::nix
