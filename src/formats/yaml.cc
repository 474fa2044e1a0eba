// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/yaml.h"

#include <yaml-cpp/yaml.h>

namespace kdevops::formats {

std::string yaml_string(std::string_view text) {
  YAML::Emitter emitter;
  emitter << YAML::DoubleQuoted << std::string(text);
  return emitter.c_str();
}

// Line by line, because one YAML::Emitter for the whole map looks at every earlier line again.
void YamlDocument::key(std::string_view name) { text_.append(name).append(": "); }

void YamlDocument::add(std::string_view name, bool value) {
  key(name);
  text_ += value ? "True\n" : "False\n";
}

void YamlDocument::add(std::string_view name, std::int64_t value) {
  key(name);
  text_ += std::to_string(value) + "\n";
}

void YamlDocument::add_hex(std::string_view name, std::string_view digits) {
  key(name);
  text_.append(digits).append("\n");
}

void YamlDocument::add(std::string_view name, std::string_view value) {
  key(name);
  text_ += yaml_string(value) + "\n";
}

}  // namespace kdevops::formats
