// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/console_follower.h"

#include <algorithm>

namespace kdevops::fleet {

namespace {

/// Enough to tell two logs apart: kernel messages carry microseconds.
constexpr std::size_t kKnown = 256;

}  // namespace

ConsoleFollower::News ConsoleFollower::news() {
  const auto known = offset_ - last_.size();
  auto text = read_("console.log", known);
  if (text.starts_with(last_)) {
    text.erase(0, last_.size());
    offset_ += text.size();
    last_ = (last_ + text).substr(last_.size() + text.size() - std::min(last_.size() + text.size(), kKnown));
    return {std::move(text), false};
  }
  // Another file than the one read so far: its end may be in the one that was put away.
  auto before = read_("console.log.0", known);
  const bool rolled_over = before.starts_with(last_);
  before.erase(0, rolled_over ? last_.size() : before.size());
  const auto now = read_("console.log", 0);
  offset_ = now.size();
  last_ = now.substr(now.size() - std::min(now.size(), kKnown));
  return {before + now, !rolled_over};
}

}  // namespace kdevops::fleet
