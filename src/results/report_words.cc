// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/format.h>

#include "results/report_sections.h"
#include "results/words.h"

namespace kdevops::results {

const char* glyph(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "✓";
    case Verdict::failed: return "✗";
    case Verdict::skipped: return "–";
    case Verdict::truncated: return "?";
    case Verdict::crashed: return "C";
    case Verdict::hung: return "H";
  }
  return "";
}

void add_badge(Element parent, Verdict verdict) {
  auto badge = add(parent, "span", fmt::format("badge {}", to_string(verdict)));
  set(add_text(badge, "i", glyph(verdict)), "aria-hidden", "true");
  append(badge, fmt::format(" {}", spoken(verdict)));
}

std::string group_of(const std::string& test) {
  const auto slash = test.rfind('/');
  const auto end = slash == std::string::npos ? test.find(':') : slash;
  return end == std::string::npos ? "" : test.substr(0, end);
}

std::string run_date(const std::string& id) {
  const auto digits = [&](std::size_t from, std::size_t to) {
    return std::all_of(id.begin() + static_cast<std::ptrdiff_t>(from), id.begin() + static_cast<std::ptrdiff_t>(to),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (id.size() != 16 || id[8] != 'T' || id[15] != 'Z' || !digits(0, 8) || !digits(9, 15)) return id;
  return fmt::format("{}-{}-{} {}:{}:{} UTC", id.substr(0, 4), id.substr(4, 2), id.substr(6, 2), id.substr(9, 2),
                     id.substr(11, 2), id.substr(13, 2));
}

}  // namespace kdevops::results
