// SPDX-License-Identifier: GPL-2.0-or-later
// design.md: includes point down the list of rooms only.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

// What a room may include besides itself and everything its own rooms may.
const std::map<std::string, std::vector<std::string>> below{
    {"support", {}},
    {"kconfig", {"support"}},
    {"formats", {"kconfig"}},
    {"plan", {"formats"}},
    {"emit", {"plan"}},
    {"nix", {"emit"}},
    {"kernel", {"nix"}},
    {"ssh", {"emit"}},
    {"deploy", {"nix", "ssh"}},
    {"hypervisor", {"emit"}},
    {"results", {"hypervisor", "nix", "ssh"}},
    {"fleet", {"hypervisor", "kernel", "ssh"}},
    {"bin", {"deploy", "fleet", "results"}},
};

bool may_include(const std::string& from, const std::string& to) {
  if (from == to) return true;
  for (const auto& room : below.at(from)) {
    if (may_include(room, to)) return true;
  }
  return false;
}

TEST(Rooms, IncludeOnlyDownwards) {
  const std::regex include("^#include \"([a-z]+)/");
  int seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(KDEVOPS_SOURCE_DIR "/src")) {
    if (!entry.is_regular_file()) continue;
    const auto from = fs::relative(entry.path(), KDEVOPS_SOURCE_DIR "/src").begin()->string();
    ASSERT_TRUE(below.contains(from)) << entry.path();
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      ++seen;
      EXPECT_TRUE(may_include(from, match[1])) << entry.path() << ": " << line;
    }
  }
  EXPECT_GT(seen, 50) << "the test looked in the wrong place";
}

}  // namespace
