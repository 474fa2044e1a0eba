// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig/defconfig.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::kconfig {

using support::Error;
using support::ExitCode;

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::string line_of(const Symbol& symbol) {
  if (symbol.type == Type::boolean && symbol.text == "n") return fmt::format("# CONFIG_{} is not set", symbol.name);
  if (symbol.type != Type::string) return fmt::format("CONFIG_{}={}", symbol.name, symbol.text);
  std::string escaped;
  for (const char c : symbol.text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return fmt::format("CONFIG_{}=\"{}\"", symbol.name, escaped);
}

[[noreturn]] void not_found(const char* what, const std::string& name, const std::vector<std::string>& looked,
                            const std::vector<std::string>& known) {
  const auto near = similar_names(name, known);
  std::string hint = fmt::format("looked in {}", fmt::join(looked, ", "));
  if (!near.empty()) hint += fmt::format("; did you mean {}?", fmt::join(near, " or "));
  else if (!known.empty()) hint += fmt::format("; there are: {}", fmt::join(known, " "));
  throw Error(ExitCode::configuration, fmt::format("there is no {} \"{}\"", what, name), "", hint);
}

/// A name is one path component.
bool is_plain(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
}

bool enabled(const Setting& setting) {
  return setting.symbol.type == Type::boolean && setting.symbol.text == "y";
}

}  // namespace

std::string Setting::place() const {
  return symbol.line > 0 ? fmt::format("{}:{}", file, symbol.line) : file;
}

Places Places::of(const std::string& topdir, const std::string& config_path, const std::string& home) {
  Places places{topdir, {}};
  for (const auto& folder : split(config_path, ':')) {
    if (!folder.empty()) places.fragments.push_back(folder);
  }
  if (!home.empty()) places.fragments.push_back(home + "/.config/kdevops/defconfigs/configs");
  places.fragments.push_back((topdir == "." ? "" : topdir + "/") + std::string("defconfigs/configs"));
  return places;
}

std::vector<Setting> load_file(const support::Files& files, const std::string& path, std::size_t source) {
  std::vector<Setting> settings;
  const auto config = Config::parse(files.read_or_throw(path), path);
  for (const auto& symbol : config.symbols()) settings.push_back({symbol, path, source});
  return settings;
}

std::vector<Setting> load(const support::Files& files, const Places& places, const std::string& names) {
  const auto parts = split(names, '+');
  const auto folder = (places.topdir == "." ? "" : places.topdir + "/") + std::string("defconfigs");
  if (!is_plain(parts[0]) || parts[0] == "configs" || !files.exists(folder + "/" + parts[0])) {
    auto known = files.list(folder);
    std::erase(known, "configs");
    not_found("defconfig", parts[0], {folder}, known);
  }
  auto settings = load_file(files, folder + "/" + parts[0], 0);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto name = parts[i] + ".config";
    const auto has = [&](const std::string& place) { return files.exists(place + "/" + name); };
    const auto found = std::find_if(places.fragments.begin(), places.fragments.end(), has);
    if (!is_plain(parts[i]) || found == places.fragments.end()) {
      std::vector<std::string> known;
      for (const auto& place : places.fragments) {
        for (const auto& entry : files.list(place)) {
          if (entry.ends_with(".config")) known.push_back(entry.substr(0, entry.size() - 7));
        }
      }
      std::sort(known.begin(), known.end());
      known.erase(std::unique(known.begin(), known.end()), known.end());
      not_found("fragment", parts[i], places.fragments, known);
    }
    const auto more = load_file(files, *found + "/" + name, i);
    settings.insert(settings.end(), more.begin(), more.end());
  }
  return settings;
}

Setting parse_setting(const std::string& text, const Menu& menu, std::size_t source) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(ExitCode::usage, fmt::format("\"{}\" is no setting", text), "", "write NAME=value");
  }
  Symbol symbol{text.substr(0, equals), Type::string, text.substr(equals + 1), 0};
  if (symbol.name.starts_with("CONFIG_")) symbol.name.erase(0, 7);
  if (menu.find(symbol.name) != nullptr) symbol.type = menu.type(symbol.name);
  if (symbol.text.find('\n') != std::string::npos) {
    throw Error(ExitCode::configuration, fmt::format("CONFIG_{}: a value cannot have two lines", symbol.name),
                "command line");
  }
  if (symbol.type != Type::string) {
    // What .config could not hold is refused by its parser, with the symbol's name.
    Config::parse(line_of(symbol) + "\n", "command line");
  }
  return {symbol, "command line", source};
}

std::vector<Setting> merge(const std::vector<Setting>& settings, const Menu& menu) {
  std::vector<Setting> merged;
  std::map<std::string, std::size_t> index;
  std::map<int, Setting> chosen;  // by choice
  for (const auto& setting : settings) {
    const auto [it, fresh] = index.emplace(setting.symbol.name, merged.size());
    if (fresh) merged.push_back(setting);
    else merged[it->second] = setting;
    const int choice = menu.choice_of(setting.symbol.name);
    if (choice < 0 || !enabled(setting)) continue;
    const auto before = chosen.find(choice);
    if (before != chosen.end() && before->second.source == setting.source && setting.required &&
        before->second.symbol.name != setting.symbol.name) {
      throw Error(ExitCode::configuration,
                  fmt::format("CONFIG_{}=y and CONFIG_{}=y exclude each other: they are members of the choice \"{}\"",
                              before->second.symbol.name, setting.symbol.name, menu.choices()[choice].prompt),
                  setting.place(), fmt::format("the other one is at {}", before->second.place()));
    }
    chosen.insert_or_assign(choice, setting);
  }
  std::erase_if(merged, [&](const Setting& setting) {
    const auto it = chosen.find(menu.choice_of(setting.symbol.name));
    return it != chosen.end() && enabled(setting) && it->second.symbol.name != setting.symbol.name;
  });
  return merged;
}

std::string to_text(const std::vector<Setting>& settings) {
  std::string text;
  for (const auto& setting : settings) text += line_of(setting.symbol) + "\n";
  return text;
}

namespace {

/// What kconfig makes of the settings, as text.
std::string run_kconfig(const std::vector<Setting>& settings, const Request& request, support::Files& files,
                        support::Processes& processes) {
  const auto input = request.scratch + "/defconfig.in", output = request.scratch + "/defconfig.out";
  files.write(input, to_text(settings));
  files.remove(output);
  support::Command command;
  command.argv = {"kconfig-conf", "--defconfig=" + input, request.kconfig};
  command.environment["KCONFIG_CONFIG"] = output;
  processes.check(command);
  return files.read_or_throw(output);
}

void replace(const Request& request, const std::string& text, support::Files& files) {
  const auto old = files.read(request.output);
  if (old == text) return;
  if (old) files.write(request.output + ".old", *old);
  files.write(request.output, text);
}

}  // namespace

void write_config(const std::vector<Setting>& settings, const Menu& menu, const Request& request,
                  support::Files& files, support::Processes& processes) {
  const auto merged = merge(settings, menu);
  const auto text = run_kconfig(merged, request, files, processes);
  check_survival(merged, menu, Config::parse(text, request.output));
  replace(request, text, files);
}

std::vector<std::string> sync_config(const Menu& menu, const Request& request, support::Files& files,
                                     support::Processes& processes) {
  const auto settings = load_file(files, request.output, 0);
  const auto merged = merge(settings, menu);
  const auto text = run_kconfig(merged, request, files, processes);
  auto warnings = check_edit(merged, menu, Config::parse(text, request.output));
  replace(request, text, files);
  return warnings;
}

}  // namespace kdevops::kconfig
