// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/table.h"

#include <algorithm>

namespace kdevops::results {

namespace {

/// Characters of UTF-8, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string Table::text(int fd) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = width_of(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, width_of(row[c].text));
    widths.push_back(width);
  }
  std::string out;
  const auto line = [&](const auto& cell) {
    std::string pending;  // blanks, written only before more text
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const Cell content = cell(c);
      const std::string fill(widths[c] - width_of(content.text), ' ');
      if (columns_[c].right) pending += fill;
      if (!content.text.empty()) {
        out += pending + support::styled(content.text, content.style, fd);
        pending.clear();
      }
      if (!columns_[c].right) pending += fill;
      pending += "  ";
    }
    out += '\n';
  };
  line([&](std::size_t c) { return Cell{columns_[c].title, support::Style::bold}; });
  for (const auto& row : rows_) line([&](std::size_t c) { return row[c]; });
  return out;
}

}  // namespace kdevops::results
