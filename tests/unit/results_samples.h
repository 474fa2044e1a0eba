// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "results/load.h"
#include "support/files.h"

/// What the tests of the results room share.
namespace kdevops::results {

inline const std::string sample_directory = std::string(KDEVOPS_SOURCE_DIR) + "/tests/samples/";

/// A directory of our own, gone at the end.
struct ScratchDirectory {
  std::string path;
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "results.XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
  ScratchDirectory(const ScratchDirectory&) = delete;

  void copy(const std::string& sample) const {
    std::filesystem::copy(sample_directory + sample, path, std::filesystem::copy_options::recursive);
  }
  void write(const std::string& name, std::string_view bytes) const {
    support::RealFiles(false).write(path + "/" + name, bytes, 0644);
  }
};

inline Node load_node(const std::string& directory) {
  return load(support::RealFiles(), directory, Which::last).at(0).nodes.at(0);
}

inline std::map<std::string, Verdict> verdicts(const Node& node) {
  std::map<std::string, Verdict> found;
  for (const auto& test : node.tests) found[test.name] = test.verdict;
  return found;
}

inline const Test& test_of(const Node& node, const std::string& name) {
  for (const auto& test : node.tests) {
    if (test.name == name) return test;
  }
  static const Test none{"there is no such test", Verdict::truncated, "", {}};
  return none;
}

}  // namespace kdevops::results
