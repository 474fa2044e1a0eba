// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/values.h"

#include <algorithm>

#include <fmt/format.h>

namespace kdevops::plan {

using kconfig::Config;

int in_range(const Config& config, const std::string& name, int fallback, int low, int high) {
  const auto value = config.integer(name, fallback);
  if (value < low || value > high) {
    throw config.error(name, fmt::format("{} is out of range {}..{}", value, low, high));
  }
  return static_cast<int>(value);
}

std::string single_line(const Config& config, const std::string& name, const std::string& fallback) {
  auto value = config.string(name, fallback);
  if (value.find('\n') != std::string::npos) throw config.error(name, "a line break is not possible here");
  return value;
}

std::string source_path(const std::string& text, const std::string& topdir) {
  if (text.empty() || text.front() == '/') return text;
  return fmt::format("{}/{}", topdir, text);
}

std::string required(const Config& config, const std::string& name, const std::string& fallback) {
  auto value = single_line(config, name, fallback);
  if (value.empty()) throw config.error(name, "is empty", "set it in menuconfig, or remove the line");
  return value;
}

std::string user_name(const Config& config) {
  auto name = required(config, "NIXOS_SSH_USER", "kdevops");
  const bool starts = (name[0] >= 'a' && name[0] <= 'z') || name[0] == '_';
  if (!starts || name.size() > 31 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos) {
    throw config.error("NIXOS_SSH_USER", fmt::format("\"{}\" is no user name", name.substr(0, 80)),
                       "a lower case letter or '_', then letters, digits, '_' and '-', at most 31");
  }
  return name;
}

std::string ssh_file(const Config& config, const std::string& symbol, const std::string& fallback) {
  auto path = required(config, symbol, fallback);
  const bool control = std::any_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if ((!path.starts_with('/') && !path.starts_with("~/")) || control ||
      path.find("${") != std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no path that ssh can read", path.substr(0, 80)),
                       "write /absolute or ~/below-home, without \"${\" and control characters");
  }
  return path;
}

std::string one_of(const Config& config, const std::string& symbol,
                   const std::vector<std::string>& allowed) {
  const auto value = config.string(symbol, allowed.front());
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    throw config.error(symbol, fmt::format("\"{}\" is not known", value.substr(0, 80)),
                       fmt::format("one of: {}", fmt::join(allowed, " ")));
  }
  return value;
}

std::string interpreter(const Config& config, const std::string& symbol, const std::string& fallback) {
  auto path = required(config, symbol, fallback);
  if (path.front() != '/' ||
      path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+/-") !=
          std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no path of an interpreter", path.substr(0, 80)),
                       "give an absolute path of letters, digits and \"._+-/\"");
  }
  return path;
}

}  // namespace kdevops::plan
