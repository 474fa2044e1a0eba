// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace kdevops::fleet {

/// The console's lines since a test began: the first ones, where a first oops tends to be, and the
/// last ones.
class Excerpt {
 public:
  static constexpr std::size_t kHead = 200, kTail = 200;
  void add(std::string line);
  void clear();
  /// With a line that counts what was left out in the middle.
  std::string text() const;

 private:
  std::vector<std::string> head_;
  std::deque<std::string> tail_;
  std::size_t left_out_ = 0;
};

/// What the console said since the guest booted; each string is a line of it, or "".
struct ConsoleBoot {
  std::string test;    ///< the test of our workflow that began last
  std::string panic;   ///< the first "Kernel panic - not syncing: ..."
  std::string oops;    ///< the first BUG, Oops, fault since the test began: the guest may live on
  std::string stuck;   ///< the last soft lockup, hung task or RCU stall since the test began
  std::string goodbye; ///< what the kernel says at the end of an orderly shutdown or reboot
  Excerpt excerpt;     ///< since the test began; before the first one, since the boot
};

/// Reads a console as it grows.
class ConsoleEvents {
 public:
  explicit ConsoleEvents(std::string workflow) : workflow_(std::move(workflow)) {}

  /// Text in pieces of any size; lines count when they are complete.
  void feed(std::string_view text);
  /// What is fed next is of another boot; its kernel coming up is no further one.
  void begin_boot();

  const ConsoleBoot& boot() const { return boot_; }
  /// The boot before, when another one began.
  const ConsoleBoot& previous() const { return previous_; }
  int boots() const { return boots_; }       ///< seen to begin
  int starts() const { return starts_; }     ///< tests seen to begin
  int ends() const { return ends_; }         ///< times that our runner said a run is over
  /// The guest lives: what looked like a panic was only text.
  void forget_panic() { boot_.panic.clear(); }
  /// What was said so far belongs to something else than our run.
  void forget_test() { boot_.test.clear(); }

 private:
  void line(const std::string& raw);
  /// The test that a kernel message says begins now, or "".
  std::string started(std::string_view message) const;

  const std::string workflow_;
  std::string partial_;
  ConsoleBoot boot_, previous_;
  bool fresh_ = false;  ///< this boot just began: neither its kernel nor a test was seen
  int boots_ = 0, starts_ = 0, ends_ = 0;
};

}  // namespace kdevops::fleet
