// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

namespace kdevops::fleet {

/// Follows a node's console log as virtlogd keeps it: console.log, which is emptied when the machine
/// starts, and renamed to console.log.0 when it has grown large.
class ConsoleFollower {
 public:
  /// Reads a file of the node's directory behind its first `offset` bytes; "" when there is none.
  using Read = std::function<std::string(const std::string& name, std::size_t offset)>;

  explicit ConsoleFollower(Read read) : read_(std::move(read)) {}

  struct News {
    std::string text;       ///< what was written since the last call
    bool restarted = false; ///< the machine was started meanwhile: the text is from its new boot
  };
  News news();

 private:

  const Read read_;
  std::size_t offset_ = 0;  ///< read so far of console.log
  std::string last_;        ///< the bytes before offset_, by which the file is known again
};

}  // namespace kdevops::fleet
