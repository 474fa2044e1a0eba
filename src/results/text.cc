// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::results {

namespace {

constexpr std::string_view blanks = " \t\r";

/// Bytes of the UTF-8 character at the start of `text`; 0 when there is none.
std::size_t character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (size == 0 || first >= 0xf5 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || outside ? 0 : size;
}

/// Of one character: no C1 control, which a terminal obeys, no mark that turns the text round, and
/// nothing that XML 1.0 has no place for.
bool is_printable(std::string_view c) {
  struct Range {
    std::string_view first, last;
  };
  constexpr std::array others{Range{"\u0080", "\u009f"}, Range{"\u061c", "\u061c"}, Range{"\u200e", "\u200f"},
                              Range{"\u202a", "\u202e"}, Range{"\u2066", "\u2069"}, Range{"\ufffe", "\uffff"}};
  return std::none_of(others.begin(), others.end(), [&](const Range& r) { return c >= r.first && c <= r.last; });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

template <typename Number>
std::optional<Number> parsed(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void each_line(std::string_view text, const std::function<void(const Line&)>& use) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const bool whole = end != std::string_view::npos;
    auto line = text.substr(0, end);
    if (whole && line.ends_with('\r')) line.remove_suffix(1);
    use({line, whole});
    text.remove_prefix(whole ? end + 1 : text.size());
  }
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const auto end = text.find_first_of(blanks, begin);
    found.push_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    begin = end == std::string_view::npos ? end : text.find_first_not_of(blanks, end);
  }
  return found;
}

std::optional<double> number(std::string_view text) {
  const auto value = parsed<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<long> integer(std::string_view text) { return parsed<long>(text); }

std::string without_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto escape = text.find("\033[");
    out += text.substr(0, escape);
    if (escape == std::string_view::npos) break;
    text.remove_prefix(escape + 2);
    // Parameters, then one letter.
    const auto end = text.find_first_not_of("0123456789;?");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t longest) {
  std::string out;
  while (!text.empty() && out.size() < longest) {
    const std::size_t size = character(text);
    if (is_control(text.front())) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += size > 0 && is_printable(text.substr(0, size)) ? text.substr(0, size) : std::string_view("?");
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return text.empty() ? std::string(trim(out)) : out + "...";
}

std::string excerpt(std::string_view text, std::size_t lines, bool from_end) {
  std::vector<std::string> kept;
  each_line(text, [&](const Line& line) {
    // A head needs no more than its lines; of a tail only the last ones are kept.
    if (!from_end && kept.size() > lines) return;
    std::string plain = one_line(line.text.substr(0, 1000));
    if (const auto first = line.text.find_first_not_of(' '); first > 0 && first < 40) plain.insert(0, first, ' ');
    kept.push_back(std::move(plain));
    if (from_end && kept.size() > lines + 1) kept.erase(kept.begin());
  });
  const bool more = kept.size() > lines;
  std::string out = more && from_end ? "...\n" : "";
  for (std::size_t i = more && from_end ? 1 : 0; i < kept.size() && i < lines + (from_end ? 1 : 0); ++i) {
    out += kept[i] + "\n";
  }
  return more && !from_end ? out + "...\n" : out;
}

std::optional<std::string> read_text(const support::Files& files, const std::string& path,
                                     std::string& problem) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  if (!none && size > largest_file) {
    problem = fmt::format("{}: {} MiB, more than any suite writes; not read", path, size >> 20);
    return std::nullopt;
  }
  try {
    return files.read(path);
  } catch (const support::Error& error) {
    problem = fmt::format("{}: {}", path, error.what());
    return std::nullopt;
  }
}

std::string read_evidence(const support::Files& files, const std::string& path) {
  std::string ignored;
  return read_text(files, path, ignored).value_or("");
}

}  // namespace kdevops::results
