// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig/defconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "support/files.h"
#include "support/process.h"

using namespace kdevops;
using namespace kdevops::kconfig;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kconfig_text = R"(choice
	prompt "Bring up"
config NIXOS
	bool "nixos"
config SKIP
	bool "skip"
endchoice
config MEMORY
	int "memory" if NIXOS
	range 256 4096
config NAME
	string "name"
config DERIVED
	string
config NEEDED
	bool "needed"
config VNC
	bool "vnc"
	depends on NIXOS && LIBVIRT
	select NEEDED
)";

/// A source tree in memory, and a kconfig-conf that answers what the test wants.
struct Sources {
  support::MemoryFiles files;
  support::FakeProcesses processes;
  Menu menu;

  Sources() {
    files.contents["Kconfig"] = kconfig_text;
    menu = Menu::read(files, "Kconfig", {"."});
  }
  std::vector<Setting> settings(const std::string& text, const std::string& file = "f", std::size_t source = 0) {
    files.contents[file] = text;
    return load_file(files, file, source);
  }
  void kconfig_writes(const std::string& text) {
    processes.answer = [this, text](const support::Command& command) {
      files.contents[command.environment.at("KCONFIG_CONFIG")] = text;
      return support::ProcessResult{0, "", "", false};
    };
  }
  /// What the user reads when `asked` met `got`.
  std::string complaint(const std::string& asked, const std::string& got) {
    try {
      check_survival(settings(asked), menu, Config::parse(got, ".config"));
    } catch (const support::Error& error) {
      EXPECT_EQ(error.code(), support::ExitCode::configuration);
      return error.where() + ": " + error.what();
    }
    return "";
  }
};

TEST(Defconfig, SearchesFragmentsInOrder) {
  support::MemoryFiles files;
  files.contents["/src/defconfigs/base"] = "CONFIG_A=y\n";
  files.contents["/src/defconfigs/configs/x.config"] = "CONFIG_B=1\n";
  files.contents["/home/.config/kdevops/defconfigs/configs/x.config"] = "CONFIG_B=2\n";
  const auto places = Places::of("/src", "/one::/two", "/home");
  EXPECT_THAT(places.fragments, ElementsAre("/one", "/two", "/home/.config/kdevops/defconfigs/configs", "/src/defconfigs/configs"));
  EXPECT_EQ(load(files, places, "base+x")[1].symbol.text, "2");
  files.contents["/two/x.config"] = "CONFIG_B=3\n";
  EXPECT_EQ(load(files, places, "base+x")[1].symbol.text, "3");
  EXPECT_EQ(load(files, places, "base+x")[1].place(), "/two/x.config:1");
}

TEST(Defconfig, NamesThePlacesOfAMissingFile) {
  support::MemoryFiles files;
  files.contents["defconfigs/nixos-xfs"] = "";
  files.contents["defconfigs/configs/ci.config"] = "";
  const auto places = Places::of(".", "", "/h");
  const auto error = [&](const std::string& names) {
    try {
      load(files, places, names);
    } catch (const support::Error& e) {
      return std::string(e.what()) + "; " + e.hint();
    }
    return std::string("found");
  };
  EXPECT_EQ(error("nixos-xsf"), "there is no defconfig \"nixos-xsf\"; looked in defconfigs; did you mean nixos-xfs?");
  EXPECT_THAT(error("nixos-xfs+cii"), HasSubstr("looked in /h/.config/kdevops/defconfigs/configs, defconfigs/configs; did you mean ci?"));
  for (const auto* names : {"../nixos-xfs", "configs", "", "nixos-xfs+../configs/ci", "nixos-xfs+"}) {
    EXPECT_THAT(error(names), HasSubstr("there is no")) << names;
  }
}

TEST(Defconfig, LaterSourcesWin) {
  Sources sources;
  auto all = sources.settings("CONFIG_NIXOS=y\nCONFIG_MEMORY=512\nCONFIG_NAME=\"a\"\n", "base", 0);
  for (auto& setting : sources.settings("CONFIG_SKIP=y\nCONFIG_MEMORY=1024\n", "over", 1)) all.push_back(setting);
  all.push_back(parse_setting("NAME=say \"hi\" \\o/", sources.menu, 2));
  EXPECT_EQ(to_text(merge(all, sources.menu)),
            "CONFIG_MEMORY=1024\nCONFIG_NAME=\"say \\\"hi\\\" \\\\o/\"\nCONFIG_SKIP=y\n");
}

TEST(Defconfig, OneSourceCannotChooseTwice) {
  Sources sources;
  const auto settings = sources.settings("CONFIG_NIXOS=y\nCONFIG_SKIP=y\n");
  try {
    merge(settings, sources.menu);
    FAIL();
  } catch (const support::Error& error) {
    EXPECT_EQ(error.where(), "f:2");
    EXPECT_THAT(error.what(), HasSubstr("choice \"Bring up\""));
  }
}

TEST(Defconfig, SaysWhyASettingWasLost) {
  Sources sources;
  EXPECT_EQ(sources.complaint("CONFIG_VNC=y\n", "CONFIG_NIXOS=y\n"),
            "f:1: CONFIG_VNC=y cannot be: it depends on NIXOS && LIBVIRT; LIBVIRT is n");
  EXPECT_EQ(sources.complaint("CONFIG_MEMORY=4\n", "CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n"),
            "f:1: CONFIG_MEMORY=4 cannot be: it is out of range 256..4096");
  EXPECT_EQ(sources.complaint("CONFIG_MEMORY=512\n", "CONFIG_MEMORY=256\n"),
            "f:1: CONFIG_MEMORY=512 cannot be: it can be set only with NIXOS; NIXOS is n");
  EXPECT_EQ(sources.complaint("\nCONFIG_NAMES=\"a\"\n", ""),
            "f:2: CONFIG_NAMES=\"a\" cannot be: there is no such symbol; similar: NAME");
  EXPECT_EQ(sources.complaint("# CONFIG_QQQQQ is not set\n", ""), "f:1: CONFIG_QQQQQ: there is no such symbol");
  EXPECT_EQ(sources.complaint("CONFIG_NAME=y\n", "CONFIG_NAME=\"\"\n"),
            "f:1: CONFIG_NAME=y cannot be: the symbol takes text in double quotes");
  EXPECT_EQ(sources.complaint("CONFIG_DERIVED=\"a\"\n", "CONFIG_DERIVED=\"b\"\n"),
            "f:1: CONFIG_DERIVED=\"a\" cannot be: it has no prompt; its value, b, follows from other symbols");
  EXPECT_EQ(sources.complaint("# CONFIG_NEEDED is not set\n", "CONFIG_NEEDED=y\nCONFIG_VNC=y\n"),
            "f:1: CONFIG_NEEDED=n cannot be: it is selected by VNC");
  EXPECT_EQ(sources.complaint("CONFIG_NIXOS=y\n", "CONFIG_SKIP=y\n"),
            "f:1: CONFIG_NIXOS=y cannot be: the choice \"Bring up\" went to SKIP");
  EXPECT_EQ(sources.complaint("# CONFIG_NIXOS is not set\n", "CONFIG_NIXOS=y\n"),
            "f:1: CONFIG_NIXOS=n cannot be: the choice \"Bring up\" has to have a member");
  // All of them, not only the first.
  EXPECT_THAT(sources.complaint("CONFIG_VNC=y\nCONFIG_MEMORY=4\n", "CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n"),
              HasSubstr("\nf:2: CONFIG_MEMORY=4"));
  EXPECT_EQ(sources.complaint("# CONFIG_VNC is not set\nCONFIG_MEMORY=256\n", "CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n"), "");
}

TEST(Defconfig, StartingPointsMayGiveWay) {
  Sources sources;
  auto settings = sources.settings("CONFIG_VNC=y\n");
  settings[0].required = false;
  check_survival(settings, sources.menu, Config::parse("", ".config"));
}

TEST(Defconfig, AnEditMayMoveOtherValuesButNotBeLost) {
  Sources sources;
  const auto edited = [&](const std::string& text, const std::string& got) {
    return check_edit(merge(sources.settings(text, ".config"), sources.menu), sources.menu, Config::parse(got, ""));
  };
  // What follows from the edit, and what it hides, is no mistake.
  EXPECT_THAT(edited("CONFIG_SKIP=y\nCONFIG_MEMORY=512\nCONFIG_DERIVED=\"a\"\n", "CONFIG_SKIP=y\nCONFIG_DERIVED=\"b\"\n"),
              ElementsAre());
  EXPECT_THAT(edited("CONFIG_GONE=y\n", ""), ElementsAre(HasSubstr(".config:1: CONFIG_GONE is dropped")));
  EXPECT_THROW(edited("CONFIG_NIXOS=y\nCONFIG_MEMORY=9999\n", "CONFIG_NIXOS=y\nCONFIG_MEMORY=4096\n"), support::Error);
  EXPECT_THROW(edited("CONFIG_NAME=1\n", "CONFIG_NAME=\"\"\n"), support::Error);
  EXPECT_THROW(edited("CONFIG_NIXOS=y\nCONFIG_SKIP=y\n", "CONFIG_SKIP=y\n"), support::Error);
}

TEST(Defconfig, SyncCompletesTheConfigurationInPlace) {
  Sources sources;
  sources.files.contents[".config"] = "CONFIG_NIXOS=y\n";
  sources.kconfig_writes("CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n");
  EXPECT_THAT(sync_config(sources.menu, {}, sources.files, sources.processes), ElementsAre());
  EXPECT_EQ(sources.files.contents[".config"], "CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n");
}

TEST(Defconfig, RefusesSettingsThatAreNone) {
  Sources sources;
  EXPECT_THROW(parse_setting("NAME", sources.menu, 0), support::Error);
  EXPECT_THROW(parse_setting("=a", sources.menu, 0), support::Error);
  EXPECT_THROW(parse_setting("NAME=a\nCONFIG_B=y", sources.menu, 0), support::Error);
  EXPECT_THROW(parse_setting("MEMORY=lots", sources.menu, 0), support::Error);
  EXPECT_EQ(parse_setting("CONFIG_MEMORY=300", sources.menu, 0).symbol.type, Type::integer);
}

TEST(Defconfig, KeepsTheOldConfigurationUntilTheNewOneIsGood) {
  Sources sources;
  sources.files.contents[".config"] = "old\n";
  sources.kconfig_writes("CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n");
  const auto bad = sources.settings("CONFIG_MEMORY=4\n");
  EXPECT_THROW(write_config(bad, sources.menu, {}, sources.files, sources.processes), support::Error);
  EXPECT_EQ(sources.files.contents[".config"], "old\n");
  EXPECT_FALSE(sources.files.exists(".config.old"));

  write_config(sources.settings("CONFIG_MEMORY=256\n"), sources.menu, {}, sources.files, sources.processes);
  EXPECT_EQ(sources.files.contents[".config"], "CONFIG_NIXOS=y\nCONFIG_MEMORY=256\n");
  EXPECT_EQ(sources.files.contents[".config.old"], "old\n");
  EXPECT_EQ(sources.files.contents["build/defconfig.in"], "CONFIG_MEMORY=256\n");
  EXPECT_THAT(sources.processes.commands.back().argv, ElementsAre("kconfig-conf", "--defconfig=build/defconfig.in", "Kconfig"));
}

}  // namespace
