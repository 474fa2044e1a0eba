// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/console_follower.h"

#include <algorithm>

namespace kdevops::fleet {

namespace {

/// Enough to tell two logs apart: kernel messages carry microseconds.
constexpr std::size_t kKnown = 256;

std::string tail(const std::string& text) { return text.substr(text.size() - std::min(text.size(), kKnown)); }

}  // namespace

std::string ConsoleFollower::news() {
  const auto known = offset_ - last_.size();
  auto text = read_("console.log", known);
  if (text.starts_with(last_)) {
    text.erase(0, last_.size());
    offset_ += text.size();
    last_ = tail(last_ + text);
    return text;
  }
  // Another file than the one read so far, whose end may be in the one that was put away. Or that read failed.
  text = read_("console.log.0", known);
  const bool rolled_over = text.starts_with(last_);
  text.erase(0, rolled_over ? last_.size() : text.size());
  const auto now = read_("console.log", 0);
  if (now.empty() && !rolled_over) return {};
  const bool same = now.size() >= offset_ && now.compare(known, last_.size(), last_) == 0;
  text += now.substr(same ? offset_ : 0);
  offset_ = now.size();
  last_ = tail(now);
  return text;
}

}  // namespace kdevops::fleet
