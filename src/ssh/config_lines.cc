// SPDX-License-Identifier: GPL-2.0-or-later
#include "ssh/config_lines.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace kdevops::ssh {

namespace {

constexpr std::string_view kBlanks = " \t\r\n\f";

bool is_indented(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

bool is_marker(std::string_view line) {
  return line.starts_with(kMarker) && line.find(" - ") != line.npos;
}

/// The options that our stanzas are made of.
bool is_ours(const std::string& word) {
  static constexpr std::array<std::string_view, 10> kOurs = {
      "hostname",   "port",           "user",       "identityfile",          "proxycommand",
      "checkhostip", "proxyusefdpass", "loglevel",   "stricthostkeychecking", "userknownhostsfile"};
  return std::find(kOurs.begin(), kOurs.end(), word) != kOurs.end();
}

std::string_view after_keyword(std::string_view line) {
  line = content(line);
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  line.remove_prefix(std::min(line.find_first_of(" \t="), line.size()));
  line.remove_prefix(std::min(line.find_first_not_of(" \t="), line.size()));
  return line;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view config) {
  std::vector<std::string_view> lines;
  while (!config.empty()) {
    const auto size = std::min(config.find('\n'), config.size() - 1) + 1;
    lines.push_back(config.substr(0, size));
    config.remove_prefix(size);
  }
  return lines;
}

std::string_view content(std::string_view line) {
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

std::string keyword(std::string_view line) {
  const auto begin = line.find_first_not_of(kBlanks);
  if (begin == line.npos || line[begin] == '#') return {};
  // ssh lets the keyword itself stand in quotes.
  const bool quoted = line[begin] == '"';
  line.remove_prefix(begin + (quoted ? 1 : 0));
  std::string word(line.substr(0, quoted ? line.find('"') : line.find_first_of(" \t\r\n\f=")));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return word;
}

std::string line_end(std::string_view config) {
  const auto end = config.find('\n');
  return end != config.npos && end > 0 && config[end - 1] == '\r' ? "\r\n" : "\n";
}

bool is_fleet_include(std::string_view line) {
  if (keyword(line) != "include") return false;
  const auto path = after_keyword(line);
  const auto slash = path.rfind('/');
  return path.substr(slash == path.npos ? 0 : slash + 1).starts_with("config_kdevops_");
}

std::vector<Block> find_blocks(const std::vector<std::string_view>& lines) {
  std::vector<Block> blocks;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (!is_marker(lines[i]) || keyword(lines[i + 1]) != "host") continue;
    Block block{.begin = i, .end = i + 2, .marker = content(lines[i]), .aliases = {}};
    std::istringstream names{std::string(after_keyword(lines[i + 1]))};
    for (std::string name; names >> name;) block.aliases.push_back(name);
    bool flush_left_seen = false;
    for (std::size_t j = block.end; j < lines.size() && !is_marker(lines[j]); ++j) {
      const auto word = keyword(lines[j]);
      if (word == "host" || word == "match") break;
      if (content(lines[j]).empty()) continue;
      flush_left_seen |= !is_indented(lines[j]);
      if (!is_indented(lines[j]) || (flush_left_seen && !is_ours(word))) continue;
      block.has_proxy |= word == "proxycommand";
      block.end = j + 1;
    }
    i = block.end - 1;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace kdevops::ssh
