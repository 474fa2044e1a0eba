// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/ini.h"

#include <fmt/format.h>

namespace kdevops::formats {

std::string inventory_value(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      // '#' would start a comment for Ansible's line splitter, even inside quotes.
      if (c == '"' || c == '\\' || c == '#' || c < 0x20 || c == 0x7f) {
        out += fmt::format("\\x{:02x}", c);
      } else {
        out += static_cast<char>(c);
      }
      ++i;
      continue;
    }
    // The text is valid UTF-8 (the .config parser saw to it).
    const int length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    std::uint32_t code = c & (0xFFu >> (length + 1));
    for (int k = 1; k < length; ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    out += code > 0xFFFF ? fmt::format("\\U{:08x}", code) : fmt::format("\\u{:04x}", code);
    i += static_cast<std::size_t>(length);
  }
  return out + "\"";
}

}  // namespace kdevops::formats
