// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/fragments.h"

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::kernel {

using support::Error;
using support::ExitCode;

namespace {

constexpr std::string_view suffix = ".config";

std::string known_fragments(const std::string& directory, const support::Files& files) {
  std::vector<std::string> names;
  for (const auto& file : files.list(directory)) {
    if (!file.ends_with(suffix)) continue;
    const auto name = file.substr(0, file.size() - suffix.size());
    if (name.find('.') == std::string::npos) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, " "));
}

/// kconfig heads every .config it writes like this.
bool is_whole_config(const std::string& text) {
  return text.find("\n# Automatically generated file; DO NOT EDIT.\n") < 200;
}

}  // namespace

Recipe make_recipe(const std::vector<std::string>& words, const std::string& topdir, const std::string& tree,
                   const std::string& arch, const support::Files& files) {
  const auto ours = topdir + "/kconfigs/kernel/";
  const std::string kernel_arch = arch == "aarch64" ? "arm64" : "x86";
  Recipe recipe;
  recipe.target = "defconfig";
  const auto add = [&](const std::string& path, const std::string& text, bool strict) {
    const bool whole = is_whole_config(text);
    const auto settings = parse_config(text, path, strict && !whole);
    recipe.files.push_back(path);
    for (const auto& [name, value] : settings) {
      recipe.settings[name] = value;
      if (whole) {
        recipe.required.erase(name);
      } else {
        recipe.required[name] = value;
      }
    }
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    bool found = false;
    for (const auto& name : {word, word + "." + arch}) {
      const auto path = ours + name + std::string(suffix);
      if (const auto text = files.read(path)) {
        add(path, *text, true);
        found = true;
      }
    }
    if (found) continue;
    if (i == 0 && word.ends_with("config")) {
      recipe.target = word;
      continue;
    }
    for (const auto& directory : {tree + "/kernel/configs/", tree + "/arch/" + kernel_arch + "/configs/"}) {
      const auto path = directory + word + std::string(suffix);
      if (const auto text = files.read(path)) {
        add(path, *text, false);
        found = true;
      }
    }
    if (found) continue;
    throw Error(ExitCode::configuration,
                fmt::format("CONFIG_BOOTLINUX_FRAGMENTS: there is no {}{}{}", ours, word, suffix), {},
                fmt::format("there are: {}\nand the tree's own: {}\nwhere to start, such as defconfig, comes first",
                            known_fragments(topdir + "/kconfigs/kernel", files), known_fragments(tree + "/kernel/configs", files)));
  }
  return recipe;
}

std::string to_text(const Config& config) {
  std::string text;
  for (const auto& [name, value] : config) {
    text += value == "n" ? fmt::format("# CONFIG_{} is not set\n", name) : fmt::format("CONFIG_{}={}\n", name, value);
  }
  return text;
}

std::string merged(const std::string& config, const Config& settings) {
  auto all = parse_config(config, ".config");
  for (const auto& [name, value] : settings) all[name] = value;
  return to_text(all);
}

}  // namespace kdevops::kernel
