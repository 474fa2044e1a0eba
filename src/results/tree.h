// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/files.h"

namespace kdevops::results {

/// The files of one node's result directory.
class Tree {
 public:
  /// Lists all files below `directory`, `deepest` levels down. Links are left out: a guest wrote them,
  /// and here they would lead to files of this host.
  Tree(const support::Files& files, std::string directory, int deepest = 7);

  const support::Files& files() const { return files_; }
  const std::string& directory() const { return directory_; }
  /// Relative to the directory, sorted.
  const std::vector<std::string>& paths() const { return paths_; }
  bool has(std::string_view path) const;
  /// Paths that end in `suffix`.
  std::vector<std::string> ending(std::string_view suffix) const;
  std::string absolute(std::string_view path) const;

 private:
  void add(const std::string& below, int levels);

  const support::Files& files_;
  std::string directory_;
  std::vector<std::string> paths_;
};

/// "a/b/c" -> "c", and -> "a/b" ("" without a slash).
std::string_view base_name(std::string_view path);
std::string_view directory_name(std::string_view path);
/// "a/b/c" -> "b", the directory's own name.
std::string_view parent_name(std::string_view path);

}  // namespace kdevops::results
