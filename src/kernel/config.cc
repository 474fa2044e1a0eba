// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/config.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::kernel {

using support::Error;
using support::ExitCode;

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_value(std::string_view text) {
  if (text == "y" || text == "m" || text == "n") return true;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return true;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string::npos;
  }
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

Config parse_config(std::string_view text, const std::string& where, bool strict) {
  constexpr std::string_view prefix = "CONFIG_", comment = "# CONFIG_", unset = " is not set";
  Config config;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(comment) && line.ends_with(unset) && line.size() > comment.size() + unset.size()) {
      const auto name = line.substr(comment.size(), line.size() - comment.size() - unset.size());
      if (is_name(name)) {
        config[std::string(name)] = std::string("n");
        continue;
      }
    }
    if (line.starts_with('#') || line.find_first_not_of(" \t") == std::string::npos) continue;
    const auto equals = line.find('=');
    if (line.starts_with(prefix) && equals != std::string::npos) {
      const auto name = line.substr(prefix.size(), equals - prefix.size());
      const auto value = line.substr(equals + 1);
      if (is_name(name) && is_value(value)) {
        config[std::string(name)] = value;
        continue;
      }
    }
    if (strict) {
      throw Error(ExitCode::configuration,
                  fmt::format("not a line of a kernel configuration: {}", line.substr(0, 120)),
                  fmt::format("{}:{}", where, number),
                  "write CONFIG_NAME=y, =m, =n, =<number>, =\"<text>\", or: # CONFIG_NAME is not set");
    }
  }
  return config;
}

std::vector<Lost> lost(const Config& wanted, const Config& result) {
  std::vector<Lost> all;
  for (const auto& [name, value] : wanted) {
    const auto it = result.find(name);
    const std::string got = it == result.end() ? "n" : it->second;
    if (got == value || (value == "m" && got == "y")) continue;
    all.push_back({name, value, it == result.end() ? "no such symbol, or its dependencies are not met" : got});
  }
  return all;
}

namespace {

/// The first bytes of what the kernel's build compresses with, and who undoes it.
struct Packing {
  std::string_view magic;
  std::vector<std::string> command;
};
const std::vector<Packing>& packings() {
  static const std::vector<Packing> all{{std::string_view("\x1f\x8b\x08", 3), {"gzip", "-dc"}},
                                        {std::string_view("\xfd" "7zXZ\0", 6), {"xz", "-dc"}},
                                        {std::string_view("\x28\xb5\x2f\xfd", 4), {"zstd", "-dc"}},
                                        {std::string_view("\x02\x21\x4c\x18", 4), {"lz4", "-dc"}}};
  return all;
}

std::string unpack(std::string_view bytes, support::Processes& processes) {
  for (const auto& packing : packings()) {
    if (!bytes.starts_with(packing.magic)) continue;
    // What follows the stream makes these programs fail after they have said everything.
    return processes.run({.argv = packing.command, .input = std::string(bytes)}).out;
  }
  return {};
}

/// The compressed kernel inside an x86 bzImage (Documentation/arch/x86/boot.rst); empty for others.
std::string_view payload(std::string_view image) {
  const auto number = [&](std::size_t at, int bytes) {
    std::uint32_t value = 0;
    for (int i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(image[at + static_cast<std::size_t>(i)]);
    return value;
  };
  if (image.size() < 0x250 || image.substr(0x202, 4) != "HdrS" || number(0x206, 2) < 0x208) return {};
  const std::size_t sectors = number(0x1f1, 1) == 0 ? 4 : number(0x1f1, 1);
  const std::size_t begin = (sectors + 1) * 512 + number(0x248, 4);
  return begin < image.size() ? image.substr(begin, number(0x24c, 4)) : std::string_view{};
}

/// The text between the marks that kernel/configs.c puts around it.
std::string embedded(std::string_view image, support::Processes& processes) {
  constexpr std::string_view begin = "IKCFG_ST", end = "IKCFG_ED";
  for (auto at = image.find(begin); at != std::string_view::npos; at = image.find(begin, at + 1)) {
    const auto stop = image.find(end, at);
    if (stop == std::string_view::npos) return {};
    const auto text = unpack(image.substr(at + begin.size(), stop - at - begin.size()), processes);
    if (!text.empty()) return text;
  }
  return {};
}

}  // namespace

Config read_config(const std::string& path, const support::Files& files, support::Processes& processes) {
  const auto bytes = files.read_or_throw(path);
  if (bytes.find('\0') == std::string::npos) {
    auto config = parse_config(bytes, path);
    if (!config.empty()) return config;
  } else {
    auto inner = unpack(payload(bytes), processes);
    if (inner.empty()) inner = unpack(bytes, processes);
    auto text = embedded(inner.empty() ? bytes : inner, processes);
    if (!text.empty()) return parse_config(text, path);
  }
  throw Error(ExitCode::configuration, "is neither a kernel's .config nor an image that holds one", path,
              "an image tells its configuration when it was built with CONFIG_IKCONFIG=y");
}

}  // namespace kdevops::kernel
