// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kdevops::formats {

/// A flat YAML document, one "name: value" line each, as kdevops's extra_vars.yaml has it. Every
/// string is in double quotes: unquoted, "yes", "012" or "1:30" would change their type.
class YamlDocument {
 public:
  void add(std::string_view name, bool value);         ///< True / False
  void add(std::string_view name, std::int64_t value);
  void add_hex(std::string_view name, std::string_view digits);  ///< 0x10, bare
  void add(std::string_view name, std::string_view value);
  std::string text() const { return text_; }

 private:
  void key(std::string_view name);
  std::string text_ = "---\n";
};

/// A double-quoted YAML scalar.
std::string yaml_string(std::string_view text);

}  // namespace kdevops::formats
