// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig/config.h"

#include <gtest/gtest.h>

namespace kdevops::kconfig {
namespace {

using support::Error;
using support::ExitCode;

TEST(Config, ReadsEveryFormKconfigWrites) {
  const auto config = Config::parse(
      "#\n# Automatically generated file; DO NOT EDIT.\n#\nCONFIG_NIXOS=y\n"
      "# CONFIG_SKIP_BRINGUP is not set\nCONFIG_N=-12\nCONFIG_H=0x1F\n"
      "CONFIG_S=\"a \\\"b\\\" \\\\c\"\nCONFIG_E=\"\"\nCONFIG_BLANK=\n",
      ".config");
  EXPECT_TRUE(config.enabled("NIXOS"));
  EXPECT_FALSE(config.enabled("SKIP_BRINGUP"));
  EXPECT_FALSE(config.enabled("ABSENT"));
  EXPECT_EQ(config.integer("N", 0), -12);
  EXPECT_EQ(config.find("H")->type, Type::hex);
  EXPECT_EQ(config.find("H")->text, "0x1F");
  EXPECT_EQ(config.string("S"), "a \"b\" \\c");
  EXPECT_EQ(config.string("E", "other"), "");
  EXPECT_EQ(config.string("ABSENT", "other"), "other");
  EXPECT_EQ(config.find("BLANK")->type, Type::blank);
  EXPECT_EQ(config.where("N"), ".config:6");
  EXPECT_EQ(config.symbols().size(), 7u);
}

TEST(Config, KeepsCarriageReturnsOutAndUtf8In) {
  const auto config = Config::parse("CONFIG_S=\"gr\xC3\xBC\xC3\x9F\"\r\nCONFIG_B=y\r\n", ".config");
  EXPECT_EQ(config.string("S"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_TRUE(config.enabled("B"));
}

struct Bad {
  const char* text;
  const char* where;
  const char* what;
};

class BadConfig : public testing::TestWithParam<Bad> {};

TEST_P(BadConfig, IsRefusedWithItsLineAndSymbol) {
  try {
    Config::parse(GetParam().text, "x/.config");
    FAIL() << "accepted: " << GetParam().text;
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::configuration);
    EXPECT_EQ(e.where(), GetParam().where);
    EXPECT_NE(std::string(e.what()).find(GetParam().what), std::string::npos) << e.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BadConfig,
    testing::Values(Bad{"NIXOS=y\n", "x/.config:1", "NIXOS=y"},
                    Bad{"\nCONFIG_A=m\n", "x/.config:2", "CONFIG_A"},
                    Bad{"CONFIG_A=\"open\n", "x/.config:1", "does not end"},
                    Bad{"CONFIG_A=\"open\\", "x/.config:1", "does not end"},
                    Bad{"CONFIG_A=\"a\"b\n", "x/.config:1", "after the closing quote"},
                    Bad{"CONFIG_A=1x\n", "x/.config:1", "1x"},
                    Bad{"CONFIG_A=99999999999999999999\n", "x/.config:1", "CONFIG_A"},
                    Bad{"CONFIG_A=0x\n", "x/.config:1", "CONFIG_A"},
                    Bad{"CONFIG_A=y\nCONFIG_A=y\n", "x/.config:2", "line 1"},
                    Bad{"CONFIG_A=\"\xFF\"\n", "x/.config:1", "UTF-8"},
                    Bad{"CONFIG_A=\"\xC0\xAF\"\n", "x/.config:1", "UTF-8"},
                    Bad{"CONFIG_A=\"\x01\"\n", "x/.config:1", "unprintable character \\x01"},
                    Bad{"CONFIG_A=\"\x7F\"\n", "x/.config:1", "\\x7f"},
                    Bad{"CONFIG_A=\"\xC2\x85\"\n", "x/.config:1", "\\xc2\\x85"},
                    Bad{"CONFIG_A=\"\xEF\xBF\xBF\"\n", "x/.config:1", "\\xef\\xbf\\xbf"}));

TEST(Config, SaysWhatItExpectedOfATypedRead) {
  const auto config = Config::parse("CONFIG_A=y\nCONFIG_B=\n", ".config");
  EXPECT_THROW(config.string("A"), Error);
  EXPECT_THROW(config.integer("A", 1), Error);
  EXPECT_THROW(config.integer("B", 1), Error);
}

}  // namespace
}  // namespace kdevops::kconfig
