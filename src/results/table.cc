// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/table.h"

#include <algorithm>

namespace kdevops::results {

std::string Table::text(int fd) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = columns_[c].title.size();
    for (const auto& row : rows_) width = std::max(width, row[c].text.size());
    widths.push_back(width);
  }
  std::string out;
  const auto line = [&](const auto& cell) {
    std::string pending;  // blanks, written only before more text
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const Cell content = cell(c);
      const std::string fill(widths[c] - content.text.size(), ' ');
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
