// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kdevops::ssh {

/// The lines of an ssh_config, each with its line end, so that their concatenation is the input.
std::vector<std::string_view> split_lines(std::string_view config);
/// A line without its end and trailing blanks.
std::string_view content(std::string_view line);
/// The lower-cased keyword of a line ("Host=x" has "host"); empty for blank lines and comments.
std::string keyword(std::string_view line);
/// "\r\n" when the first line ends so, else "\n".
std::string line_end(std::string_view config);
/// An Include line for one of kdevops's own fleet files (config_kdevops_<hash>).
bool is_fleet_include(std::string_view line);

/// A marker line `# kdevops-managed: <tag> - <alias>` and the Host stanza under it: everything to
/// its last indented line, with blank lines between. What a user wrote flush left under the stanza
/// is not part of it, unless options of ours follow.
struct Block {
  std::size_t begin = 0, end = 0;  ///< lines [begin, end)
  std::string_view marker;         ///< content of the marker line
  std::vector<std::string> aliases;
  bool has_proxy = false;
};
/// Every block, in file order.
std::vector<Block> find_blocks(const std::vector<std::string_view>& lines);

inline constexpr std::string_view kMarker = "# kdevops-managed: ";

}  // namespace kdevops::ssh
