// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/tree.h"

#include <algorithm>
#include <filesystem>

namespace kdevops::results {

namespace {

constexpr std::size_t most_files = 200'000;  ///< no run writes so many; a test that runs away does

}  // namespace

Tree::Tree(const support::Files& files, std::string directory, int deepest)
    : files_(files), directory_(std::move(directory)) {
  add("", deepest);
  std::sort(paths_.begin(), paths_.end());
}

void Tree::add(const std::string& below, int levels) {
  for (const auto& name : files_.list(absolute(below))) {
    const std::string path = below.empty() ? name : below + "/" + name;
    std::error_code none;
    if (paths_.size() >= most_files || std::filesystem::is_symlink(absolute(path), none)) continue;
    if (!files_.exists(absolute(path) + "/.")) paths_.push_back(path);
    else if (levels > 1) add(path, levels - 1);
  }
}

bool Tree::has(std::string_view path) const {
  return std::binary_search(paths_.begin(), paths_.end(), path);
}

std::vector<std::string> Tree::ending(std::string_view suffix) const {
  std::vector<std::string> found;
  for (const auto& path : paths_) {
    if (path.ends_with(suffix)) found.push_back(path);
  }
  return found;
}

std::string Tree::absolute(std::string_view path) const {
  return path.empty() ? directory_ : directory_ + "/" + std::string(path);
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view directory_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view parent_name(std::string_view path) { return base_name(directory_name(path)); }

}  // namespace kdevops::results
