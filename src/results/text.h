// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.h"

/// What the parsers share. All of it takes any bytes.
namespace kdevops::results {

/// One line of a text, without its end. `whole`: it had a line end, so nothing of it is missing.
struct Line {
  std::string_view text;
  bool whole = false;
};

/// Calls `use` for every line; "\r\n" ends one, too.
void each_line(std::string_view text, const std::function<void(const Line&)>& use);

std::string_view trim(std::string_view text);
/// Parts between blanks and tabs; no empty ones.
std::vector<std::string_view> words(std::string_view text);
/// The number that is all of `text`; nothing for "", "1x", "nan", "inf".
std::optional<double> number(std::string_view text);
std::optional<long> integer(std::string_view text);

/// Without the colours and cursor moves of a terminal.
std::string without_escapes(std::string_view text);
/// Printable on one line: control characters of ASCII become a blank; "?" becomes what is not UTF-8,
/// what XML 1.0 has no place for, C1 controls and marks of the text's direction; cut after `longest`
/// bytes.
std::string one_line(std::string_view text, std::size_t longest = 200);
/// The first `lines` lines (the last ones with `from_end`), without control characters.
std::string excerpt(std::string_view text, std::size_t lines, bool from_end = false);

/// Largest file that is read: no suite writes such a one, a runaway test does.
inline constexpr std::uintmax_t largest_file = 256u << 20;

/// A result file. Nothing when there is none, or, with the reason in `problem`, when it cannot be
/// read or is larger than largest_file.
std::optional<std::string> read_text(const support::Files& files, const std::string& path,
                                     std::string& problem);
/// The same for evidence: without a reason, nothing is lost but the excerpt.
std::string read_evidence(const support::Files& files, const std::string& path);

}  // namespace kdevops::results
