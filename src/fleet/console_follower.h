// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

namespace kdevops::fleet {

/// Follows a node's console log as virtlogd keeps it: console.log, which is emptied when the machine
/// starts, and renamed to console.log.0 when it has grown large.
class ConsoleFollower {
 public:
  /// Reads a file of the node's directory behind its first `offset` bytes; "" when there is none, or it
  /// cannot be read just now.
  using Read = std::function<std::string(const std::string& name, std::size_t offset)>;

  explicit ConsoleFollower(Read read) : read_(std::move(read)) {}

  /// What was written since the last call. Of a log that rolled over twice since, what is there yet.
  std::string news();

 private:
  const Read read_;
  std::size_t offset_ = 0;  ///< read so far of console.log
  std::string last_;        ///< the bytes before offset_, by which the file is known again
};

}  // namespace kdevops::fleet
