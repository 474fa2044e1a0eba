// SPDX-License-Identifier: GPL-2.0-or-later
// Escapers against fixed expectations; tests/integration/hostile.py takes them round trip through
// the real parsers.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "formats/nix.h"
#include "formats/template.h"
#include "formats/yaml.h"
#include "support/error.h"

namespace kdevops::formats {
namespace {

TEST(Nix, EscapesWhatALiteralWouldRead) {
  EXPECT_EQ(nix_string("a\"b\\c${d}\n\t\r"), R"("a\"b\\c\${d}\n\t\r")");
  EXPECT_EQ(nix_string("$${x}"), R"("\$\${x}")");
}

TEST(Nix, QuotesAttributesOnlyWhenNeeded) {
  EXPECT_EQ(nix_attribute("kdevops-dev"), "kdevops-dev");
  EXPECT_EQ(nix_attribute("123-fsgqa"), "\"123-fsgqa\"");
  EXPECT_EQ(nix_attribute("with"), "\"with\"");
  EXPECT_EQ(nix_attribute(""), "\"\"");
  EXPECT_EQ(nix_attribute_path("a.1b.c"), "a.\"1b\".c");
  EXPECT_EQ(nix_attribute_path("a." + nix_string("/m/v\"1.2") + ".c"), R"(a."/m/v\"1.2".c)");
}

TEST(Nix, PrintsData) {
  EXPECT_EQ(NixValue(NixValue::Attrs{{"a.b", true}, {"c", NixValue::List{1, -1, "x"}}}).print(),
            "{\n  a.b = true;\n  c = [\n    1\n    (-1)\n    \"x\"\n  ];\n}");
  EXPECT_EQ(NixValue(NixValue::List{}).print(), "[ ]");
}

TEST(Template, FillsWholeLiteralsAndDropsEmptyLines) {
  EXPECT_EQ(fill_template("a = \"@x@\";\nb = \"@y@\";\n", {{"x", "1\"2"}, {"y", ""}}, nix_string, "t.nix"),
            "a = \"1\\\"2\";\n");
}

TEST(Template, RepeatsALineForEachElement) {
  const std::string text = "\"@k@\" = \"@v@\"; # \"@all@\"\n";
  const std::vector<std::string> keys{"a", "b"}, values{"1", "2"};
  EXPECT_EQ(fill_template(text, {{"k", keys}, {"v", values}, {"all", "x"}}, nix_string, "t.nix"),
            "\"a\" = \"1\"; # \"x\"\n\"b\" = \"2\"; # \"x\"\n");
  const std::vector<std::string> none;
  EXPECT_EQ(fill_template(text, {{"k", none}, {"v", none}, {"all", "x"}}, nix_string, "t.nix"), "");
  EXPECT_THROW(fill_template(text, {{"k", keys}, {"v", none}, {"all", "x"}}, nix_string, "t.nix"), support::Error);
}

TEST(Template, NamesFileAndLineOfAnUnknownPlaceholder) {
  try {
    fill_template("\na = \"@z@\";\n", {}, nix_string, "t.nix");
    FAIL();
  } catch (const support::Error& e) {
    EXPECT_EQ(e.where(), "t.nix:2");
  }
}

TEST(Template, InsistsOnEveryPlaceholder) {
  EXPECT_THROW(fill_template("a\n", {{"x", "1"}}, nix_string, "t.nix"), support::Error);
}

TEST(Yaml, KeepsStringsStringsAndTheirBytes) {
  for (const std::string text : {"yes", "012", "1:30", "2024-01-01", "a\"b\\c", "x\ny", "", " lead", "\t", "gr\xC3\xBC\xC3\x9F",
                                 "{{ a }}", "\x7f", "#", "- a", "\xF0\x9F\x90\xA7"}) {
    const auto scalar = yaml_string(text);
    EXPECT_EQ(scalar.front(), '"') << scalar;
    EXPECT_EQ(YAML::Load("k: " + scalar)["k"].as<std::string>(), text);
  }
}

TEST(Yaml, WritesKdevopssTypes) {
  YamlDocument document;
  document.add("b", true);
  document.add("n", std::int64_t{-3});
  document.add_hex("h", "0x1F");
  document.add("s", std::string_view("no"));
  EXPECT_EQ(document.text(), "---\nb: True\nn: -3\nh: 0x1F\ns: \"no\"\n");
}

}  // namespace
}  // namespace kdevops::formats
