// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/console_events.h"

#include <fmt/format.h>

#include "fleet/console_log.h"

namespace kdevops::fleet {

namespace {

/// The words of arch/*/kernel/traps.c, mm/fault.c and lib/bug.c for what may or may not kill a guest.
constexpr std::string_view kOops[] = {
    "BUG: unable to handle", "BUG: kernel NULL", "kernel BUG at",     "general protection fault",
    "Oops: ",                "Oops[#",           "Internal error: ",  "Unable to handle kernel",
    "BUG: sleeping function", "BUG: scheduling while atomic", "KASAN: ",
};
/// The watchdogs of the kernel: lockup, hung task, RCU.
constexpr std::string_view kStuck[] = {
    "BUG: soft lockup", "blocked for more than", "hard LOCKUP", "rcu_preempt detected", "rcu_sched detected",
    "self-detected stall",
};

/// A line ends here at the latest: a guest that prints no line breaks must not fill the memory.
constexpr std::size_t kLongest = 16 * 1024;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <std::size_t N>
bool has_any(std::string_view text, const std::string_view (&parts)[N]) {
  for (const auto part : parts) {
    if (has(text, part)) return true;
  }
  return false;
}

/// Whether it begins with "[   12.345678]", as kernel/printk/printk.c pads it.
bool is_stamp(std::string_view text) {
  constexpr auto kDigits = "0123456789";
  const auto number = text.find_first_not_of(' ', 1);
  const auto point = text.find_first_not_of(kDigits, number);
  if (point == std::string_view::npos || point == number || point < 6 || text[point] != '.') return false;
  const auto end = text.find_first_not_of(kDigits, point + 1);
  return end == point + 7 && text[end] == ']';
}

/// Without "[   12.345678][  T123] " before it, nor what was on the line before that: a getty's prompt.
std::string_view message_of(std::string_view line) {
  for (auto at = line.rfind('['); at != std::string_view::npos && at > 0; at = line.rfind('[', at - 1)) {
    if (!is_stamp(line.substr(at))) continue;
    line.remove_prefix(at);
    break;
  }
  while (line.starts_with('[') || line.starts_with(' ')) {
    if (line.front() == ' ') {
      line.remove_prefix(1);
      continue;
    }
    const auto end = line.find(']');
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return line;
}

std::string_view word_of(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

void Excerpt::add(std::string line) {
  if (head_.size() < kHead) {
    head_.push_back(std::move(line));
    return;
  }
  tail_.push_back(std::move(line));
  if (tail_.size() > kTail) {
    tail_.pop_front();
    ++left_out_;
  }
}

void Excerpt::clear() { *this = {}; }

std::string Excerpt::text() const {
  std::string text;
  for (const auto& line : head_) text += line + "\n";
  if (left_out_ > 0) text += fmt::format("... {} lines left out ...\n", left_out_);
  for (const auto& line : tail_) text += line + "\n";
  return text;
}

void ConsoleEvents::feed(std::string_view text) {
  for (const char c : text) {
    if (c != '\n') partial_ += c;
    if (c != '\n' && partial_.size() < kLongest) continue;
    line(partial_);
    partial_.clear();
  }
}

void ConsoleEvents::begin_boot() {
  if (!fresh_) {
    previous_ = std::move(boot_);
    ++boots_;
  }
  boot_ = {};
  fresh_ = true;
}

void ConsoleEvents::line(const std::string& raw) {
  auto text = plain_text(raw);
  const auto message = message_of(text);
  if (message.starts_with("Linux version ")) {
    begin_boot();
    fresh_ = false;
  } else if (auto test = started(message); !test.empty()) {
    boot_.test = std::move(test);
    boot_.oops.clear();
    boot_.stuck.clear();
    boot_.goodbye.clear();  // of an earlier boot: not every console shows where the next one begins
    boot_.excerpt.clear();
    fresh_ = false;
    ++starts_;
  } else if (message.starts_with("end " + workflow_ + " ")) {
    ++ends_;
  } else if (message.starts_with("Kernel panic - not syncing")) {
    if (boot_.panic.empty()) boot_.panic = message;
  } else if (message.starts_with("reboot: ")) {
    // kernel/reboot.c says this when user space asked for it; a panic's or sysrq's restart does not.
    boot_.goodbye = message;
  } else if (has_any(message, kStuck)) {
    boot_.stuck = message;
  } else if (has_any(message, kOops) && boot_.oops.empty()) {
    boot_.oops = message;
  }
  boot_.excerpt.add(std::move(text));
}

std::string ConsoleEvents::started(std::string_view message) const {
  if (message.starts_with("LTP: starting ")) {
    message.remove_prefix(std::string_view("LTP: starting ").size());
    return workflow_ == "ltp" ? std::string(word_of(message)) : "";
  }
  if (word_of(message) != "run" || word_of(message) != workflow_) return {};
  const auto test = word_of(message);
  return message.starts_with("at ") ? std::string(test) : "";
}

}  // namespace kdevops::fleet
