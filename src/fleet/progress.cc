// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/progress.h"

#include <algorithm>
#include <condition_variable>
#include <stop_token>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "support/terminal.h"

namespace kdevops::fleet {

namespace {

using support::Style;
using support::styled;

constexpr int kMostLines = 24;
constexpr auto kRedraw = std::chrono::milliseconds(250);

double seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

}  // namespace

Progress::Mode Progress::fitting() {
  return support::is_terminal(STDERR_FILENO) ? Mode::terminal : Mode::plain;
}

Progress::Progress(Mode mode, FILE* out) : mode_(mode), out_(out) {
  if (mode_ != Mode::terminal) return;
  painter_ = std::jthread([this](std::stop_token stop) {
    std::condition_variable_any wake;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (!busy_.empty()) {
        erase_block();
        draw_block();
      }
      wake.wait_for(lock, stop, kRedraw, [] { return false; });
    }
  });
}

Progress::~Progress() {
  if (!painter_.joinable()) return;
  painter_.request_stop();
  painter_.join();
  erase_block();
  std::fflush(out_);
}

void Progress::stage(const std::string& node, const std::string& stage) {
  const std::lock_guard lock(mutex_);
  auto found = std::find_if(busy_.begin(), busy_.end(), [&](const Busy& b) { return b.node == node; });
  if (found == busy_.end()) found = busy_.insert(found, {node, "", Clock::now()});
  if (found->stage == stage) return;
  found->stage = stage;
  found->entered.reset();
  if (mode_ == Mode::plain) print(fmt::format("{}: {} ({:.1f} s)", node, stage, seconds(found->since)));
}

void Progress::at(const std::string& node, const std::string& what, Clock::time_point entered,
                  Clock::time_point since) {
  const std::lock_guard lock(mutex_);
  auto found = std::find_if(busy_.begin(), busy_.end(), [&](const Busy& b) { return b.node == node; });
  if (found == busy_.end()) found = busy_.insert(found, {node, "", since});
  found->since = since;
  found->entered = entered;
  if (found->stage == what) return;
  found->stage = what;
  if (mode_ == Mode::plain) print(fmt::format("{}: {}", node, what));
}

void Progress::done(const std::string& node, const std::string& text) {
  finish(node, fmt::format("{}: {}", styled(node, Style::green, STDERR_FILENO), text));
}

void Progress::failed(const std::string& node, const std::string& text) {
  finish(node, fmt::format("{}: {}", styled(node, Style::red, STDERR_FILENO), text));
}

void Progress::finish(const std::string& node, const std::string& line) {
  const std::lock_guard lock(mutex_);
  std::string time;
  const auto found = std::find_if(busy_.begin(), busy_.end(), [&](const Busy& b) { return b.node == node; });
  if (found != busy_.end()) {
    time = fmt::format(" ({:.1f} s)", seconds(found->since));
    busy_.erase(found);
  }
  print(line + time);
}

void Progress::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  print(text);
}

void Progress::warn(const std::string& text) {
  const std::lock_guard lock(mutex_);
  print(fmt::format("{} {}", styled("warning:", Style::yellow, STDERR_FILENO), text));
}

void Progress::print(const std::string& line) {
  if (mode_ == Mode::silent) return;
  if (mode_ == Mode::terminal) erase_block();
  fmt::print(out_, "{}\n", line);
  if (mode_ == Mode::terminal) draw_block();
  std::fflush(out_);
}

void Progress::erase_block() {
  if (drawn_ > 0) fmt::print(out_, "\033[{}A\033[J", drawn_);
  drawn_ = 0;
}

void Progress::draw_block() {
  const auto width = terminal_width() - 1;
  for (const auto& busy : busy_) {
    if (drawn_ == kMostLines) break;
    auto line = busy.entered ? fmt::format("  {:<32} {:<32} {:5.0f} s  total {:5.0f} s", busy.node, busy.stage,
                                           seconds(*busy.entered), seconds(busy.since))
                             : fmt::format("  {:<32} {:<10} {:6.1f} s", busy.node, busy.stage, seconds(busy.since));
    line.resize(std::min(line.size(), width));
    fmt::print(out_, "{}\n", styled(line, Style::dim, STDERR_FILENO));
    ++drawn_;
  }
  std::fflush(out_);
}

}  // namespace kdevops::fleet
