// SPDX-License-Identifier: GPL-2.0-or-later
// Every symbol that the planner reads is one that Kconfig defines: a misspelt one would be "absent".
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

std::set<std::string> matches(const fs::path& directory, const std::regex& file, const std::regex& pattern) {
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || !std::regex_match(entry.path().filename().string(), file)) continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string bytes = text.str();
    for (std::sregex_iterator it(bytes.begin(), bytes.end(), pattern), end; it != end; ++it) found.insert((*it)[1]);
  }
  return found;
}

TEST(Symbols, ReadByThePlannerAreDefined) {
  const std::string top = KDEVOPS_SOURCE_DIR;
  const std::regex kconfig_file("Kconfig.*"), source_file(".*\\.cc");
  const std::regex definition("(?:^|\\n)(?:menu)?config ([A-Z0-9_]+)");
  auto defined = matches(top + "/kconfigs", kconfig_file, definition);
  defined.merge(matches(top + "/workflows", kconfig_file, definition));
  // Upper case with an underscore, as a whole literal: patterns with '*' or '{' are others.
  const auto read = matches(top + "/src/plan", source_file, std::regex("\"([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])\""));
  EXPECT_GT(read.size(), 40u) << "the test looked in the wrong place";
  for (const auto& name : read) EXPECT_TRUE(defined.contains(name)) << "CONFIG_" << name << " is in no Kconfig file";
}

}  // namespace
