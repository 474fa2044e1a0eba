// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/console_log.h"

#include <algorithm>
#include <vector>

#include "fleet/disks.h"

namespace kdevops::fleet {

namespace {

/// What a guest says when it gives up; each is printed by the kernel, NixOS's stage 1 or systemd.
constexpr const char* kFatal[] = {
    "Kernel panic - not syncing",
    "An error occurred in stage 1 of the boot process",
    "You are in emergency mode",
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : text + '\n') {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back(line);
    line.clear();
  }
  return lines;
}

}  // namespace

std::string console_text(const Context& context, const std::string& directory) {
  return make_disks(context)->read(directory, "console.log", 0);
}

std::string plain_text(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {  // CSI ... letter, and others of two bytes
      if (i + 1 < text.size() && text[i + 1] == '[') {
        i += 2;
        while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7e)) ++i;
      } else {
        ++i;
      }
    } else if (c >= 0x20 || c == '\n' || c == '\t') {
      out += static_cast<char>(c);
    }
  }
  return out;
}

std::string last_lines(const std::string& text, std::size_t count) {
  // Only the end of a long log matters; a line is rarely longer than 500 bytes.
  const auto lines = lines_of(plain_text(text.substr(text.size() - std::min(text.size(), count * 500))));
  std::string out;
  for (auto i = lines.size() - std::min(lines.size(), count); i < lines.size(); ++i) {
    out += "    " + lines[i] + "\n";
  }
  return out;
}

std::string crash_line(const std::string& text) {
  // A guest that panicked and booted again is none that crashed.
  const auto boot = text.rfind("] Linux version ");
  for (const char* fatal : kFatal) {
    const auto found = text.find(fatal, boot == std::string::npos ? 0 : boot);
    if (found == std::string::npos) continue;
    const auto end = text.find_first_of("\r\n", found);
    return plain_text(text.substr(found, end - found));
  }
  return {};
}

}  // namespace kdevops::fleet
