// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace kdevops::fleet {

/// What the user sees of a running operation, on stderr. On a terminal: a block at the bottom with
/// one line per busy node (stage, seconds), redrawn; what is over scrolls away above it.
/// Elsewhere: one plain line per change of stage. Safe to use from any thread.
class Progress {
 public:
  enum class Mode { terminal, plain, silent };

  explicit Progress(Mode mode, FILE* out = stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// The mode that fits stderr.
  static Mode fitting();

  /// `node` entered `stage` ("disks", "start", ...). Its clock starts with its first stage.
  void stage(const std::string& node, const std::string& stage);
  /// `node` is at `what` since `entered`, in something that began at `since`.
  void at(const std::string& node, const std::string& what, std::chrono::steady_clock::time_point entered,
          std::chrono::steady_clock::time_point since);
  /// `node` is finished; `text` says how ("ready at 192.168.122.5").
  void done(const std::string& node, const std::string& text);
  void failed(const std::string& node, const std::string& text);
  /// One line that stays.
  void note(const std::string& text);
  void warn(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  struct Busy {
    std::string node, stage;
    Clock::time_point since;
    std::optional<Clock::time_point> entered{};  ///< set by at(): its stage has a clock of its own
  };
  void finish(const std::string& node, const std::string& line);
  void print(const std::string& line);
  void erase_block();
  void draw_block();

  const Mode mode_;
  FILE* const out_;
  std::mutex mutex_;
  std::vector<Busy> busy_;
  int drawn_ = 0;             ///< lines of the block on the screen
  std::jthread painter_;      ///< last: it uses the members above
};

}  // namespace kdevops::fleet
