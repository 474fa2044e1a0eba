// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig/dependencies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "support/files.h"

using namespace kdevops;
using kconfig::Config;
using kconfig::Menu;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

Menu read(const std::string& text) {
  support::MemoryFiles files;
  files.contents["Kconfig"] = text;
  return Menu::read(files, "Kconfig", {"."});
}

/// The dependencies of X, as one text, in a file whose last definition is `depends on <condition>`.
kconfig::Condition condition(const std::string& text) {
  const auto menu = read("config X\n\tbool \"x\"\n\tdepends on " + text + "\n");
  return menu.find("X")->at(0).depends.at(0);
}

struct Case {
  const char *text, *config, *unmet;
};

class Conditions : public testing::TestWithParam<Case> {};

TEST_P(Conditions, EvaluateAndSayWhy) {
  const auto& c = GetParam();
  const auto expression = condition(c.text);
  const auto config = Config::parse(c.config, ".config");
  EXPECT_EQ(holds(*expression, config), std::string(c.unmet).empty());
  EXPECT_EQ(unmet(*expression, config), c.unmet);
  EXPECT_EQ(to_string(*expression), c.text);
}

INSTANTIATE_TEST_SUITE_P(
    All, Conditions,
    testing::Values(Case{"A", "CONFIG_A=y\n", ""}, Case{"A", "", "A is n"}, Case{"A", "# CONFIG_A is not set\n", "A is n"},
                    Case{"!A", "CONFIG_A=y\n", "A is y"}, Case{"!A", "", ""},
                    Case{"A && B", "CONFIG_A=y\n", "B is n"}, Case{"A && B", "", "A is n, B is n"},
                    Case{"A || B", "", "A is n, B is n"}, Case{"A || B", "CONFIG_B=y\n", ""},
                    Case{"A && (B || !C)", "CONFIG_A=y\nCONFIG_C=y\n", "B is n, C is y"},
                    Case{"!(A || B)", "CONFIG_B=y\n", "B is y"},
                    Case{"N <= 512", "CONFIG_N=4096\n", "N is 4096"}, Case{"N <= 512", "CONFIG_N=512\n", ""},
                    Case{"N > 9", "CONFIG_N=10\n", ""}, Case{"N >= 10", "CONFIG_N=9\n", "N is 9"},
                    Case{"S = \"tcg\"", "CONFIG_S=\"kvm\"\n", "S is \"kvm\""}, Case{"S != \"tcg\"", "CONFIG_S=\"kvm\"\n", ""},
                    Case{"A = n", "", ""}, Case{"A = y", "", "A is n"}));

TEST(Menu, CollectsWhatSurrounds) {
  const auto menu = read(R"(mainmenu "m"
if OUTER
menu "menu"
	depends on MENU
	visible if SHOWN
config A
	int "a" if ASKED
	depends on OWN && \
		MORE
	range 1 LIMIT if RANGED
	default 4
	select B if C
	help
	  config HELP
	    endmenu
	  if nothing of this counts

endmenu
comment "c"
	depends on COMMENT
config Z
	def_bool y
endif # OUTER
)");
  ASSERT_NE(menu.find("A"), nullptr);
  EXPECT_EQ(menu.find("HELP"), nullptr);
  const auto& a = menu.find("A")->at(0);
  EXPECT_EQ(a.place, "Kconfig:6");
  EXPECT_EQ(a.type, kconfig::Type::integer);
  EXPECT_EQ(a.prompt, "a");
  std::vector<std::string> depends, visible;
  for (const auto& part : a.depends) depends.push_back(to_string(*part));
  for (const auto& part : a.visible) visible.push_back(to_string(*part));
  EXPECT_THAT(depends, ElementsAre("OUTER", "MENU", "OWN && MORE"));
  EXPECT_THAT(visible, ElementsAre("SHOWN", "ASKED"));
  ASSERT_EQ(a.ranges.size(), 1u);
  EXPECT_EQ(a.ranges[0].high, "LIMIT");
  // The comment's condition is the comment's alone.
  EXPECT_EQ(menu.find("Z")->at(0).depends.size(), 1u);
  EXPECT_EQ(menu.type("Z"), kconfig::Type::boolean);
  EXPECT_THAT(menu.selectors("B", Config::parse("CONFIG_A=4\nCONFIG_C=y\n", "")), IsEmpty());
}

TEST(Menu, KnowsChoicesAcrossFiles) {
  support::MemoryFiles files;
  files.contents["top/Kconfig"] = "choice\n\tprompt \"Which\"\n\tdepends on P\nsource \"members\"\nendchoice\nconfig AFTER\n\tbool\n";
  files.contents["tree/members"] = "if Q\nconfig A\n\tbool \"a\"\nendif\nconfig B\n\tbool \"b\"\n";
  const auto menu = Menu::read(files, "Kconfig", {"tree", "top"});
  ASSERT_EQ(menu.choices().size(), 1u);
  EXPECT_EQ(menu.choices()[0].prompt, "Which");
  EXPECT_THAT(menu.choices()[0].members, ElementsAre("A", "B"));
  EXPECT_EQ(menu.find("A")->at(0).depends.size(), 2u);
  EXPECT_EQ(menu.choice_of("B"), 0);
  EXPECT_EQ(menu.choice_of("AFTER"), -1);
  EXPECT_EQ(menu.find("B")->at(0).place, "tree/members:5");
}

TEST(Menu, SuggestsNames) {
  const auto menu = read("config LIBVIRT_ENABLE_VNC\n\tbool\nconfig NIXOS\n\tbool\n");
  EXPECT_THAT(menu.similar("LIBVIRT_ENABLE_VNCC"), ElementsAre("LIBVIRT_ENABLE_VNC"));
  EXPECT_THAT(menu.similar("QQQQ"), IsEmpty());
}

void expect_error(const std::string& text, const std::string& where, const std::string& what) {
  try {
    read(text);
    FAIL() << "accepted: " << text;
  } catch (const support::Error& error) {
    EXPECT_EQ(error.code(), support::ExitCode::configuration);
    EXPECT_EQ(error.where(), where);
    EXPECT_THAT(error.what(), HasSubstr(what));
  }
}

TEST(Menu, RefusesWhatIsNotKconfig) {
  expect_error("config A\n\tbool \"a\n", "Kconfig:2", "does not end");
  expect_error("config A\n\toutput yaml\n", "Kconfig:2", "unknown statement \"output\"");
  expect_error("menu \"m\"\n", "Kconfig:1", "endmenu is missing");
  expect_error("endif\n", "Kconfig:1", "nothing open");
  expect_error("source \"none\"\n", "Kconfig:1", "cannot find none");
  expect_error("config A\n\tdepends on (B\n", "Kconfig:2", "expected \")\"");
  expect_error("config A\n\tdepends B\n", "Kconfig:2", "expected \"on\"");
  expect_error("source \"Kconfig\"\n", "Kconfig:1", "source each other");
}

}  // namespace
