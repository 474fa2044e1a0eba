// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "support/terminal.h"

namespace kdevops::results {

/// Columns as wide as their widest cell, two blanks between them, no blanks at line ends.
class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;  ///< numbers
  };
  struct Cell {
    std::string text;
    support::Style style = support::Style::plain;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::string text(int fd) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace kdevops::results
