// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/variables.h"

#include <algorithm>

#include <fmt/format.h>

namespace kdevops::plan {

using kconfig::Config;
using kconfig::Symbol;
using kconfig::Type;

namespace {

std::string lower(std::string text) {
  // Symbols are ASCII; the C locale must not decide.
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

Value to_value(const Symbol& symbol) {
  switch (symbol.type) {
    case Type::boolean: return symbol.text == "y";
    case Type::integer: return static_cast<std::int64_t>(std::stoll(symbol.text));
    case Type::hex: return Hex{symbol.text};
    case Type::string:
    case Type::blank: break;
  }
  return symbol.text;
}

std::string as_text(const Value& value) {
  struct {
    std::string operator()(bool b) const { return b ? "True" : "False"; }
    std::string operator()(std::int64_t n) const { return std::to_string(n); }
    std::string operator()(const Hex& h) const { return h.digits; }
    std::string operator()(const std::string& s) const { return s; }
  } visitor;
  return std::visit(visitor, value);
}

}  // namespace

Variables symbol_variables(const Config& config) {
  Variables variables;
  variables.reserve(config.symbols().size() + 64);
  for (const auto& symbol : config.symbols()) {
    variables.emplace_back(lower(symbol.name), to_value(symbol));
  }
  return variables;
}

void set_variable(Variables& variables, const std::string& name, Value value) {
  const auto it = std::find_if(variables.begin(), variables.end(),
                               [&](const auto& entry) { return entry.first == name; });
  if (it == variables.end()) {
    variables.emplace_back(name, std::move(value));
  } else {
    it->second = std::move(value);
  }
}

Value symbol_value(const Config& config, const std::string& name, Value fallback) {
  const Symbol* symbol = config.find(name);
  return symbol == nullptr ? fallback : to_value(*symbol);
}

void add_workflow_variables(Variables& variables, const Workflow& workflow, const Config& config) {
  for (const auto& rule : workflow.variables) {
    if (!rule.when.empty() && !config.enabled(rule.when)) continue;
    if (!rule.unless.empty() && config.enabled(rule.unless)) continue;
    if (!rule.from.empty()) {
      // An invisible symbol has no value; then the variable is absent, as with kdevops.
      if (const Symbol* symbol = config.find(rule.from)) {
        set_variable(variables, rule.name, to_value(*symbol));
      }
    } else if (!rule.join.empty()) {
      set_variable(variables, rule.name,
                   fmt::format("{}", fmt::join(enabled_captures(config, rule.join), " ")));
    } else {
      set_variable(variables, rule.name, *rule.value);
    }
  }
}

std::string resolve_jinja(const Config& config, const Variables& variables,
                          const std::string& symbol, const std::string& fallback) {
  std::string text = config.string(symbol, fallback);
  for (int depth = 0; depth < 16; ++depth) {
    const auto open = text.find("{{");
    if (open == std::string::npos) return text;
    const auto close = text.find("}}", open);
    if (close == std::string::npos) throw config.error(symbol, "\"{{\" without \"}}\"");
    auto name = text.substr(open + 2, close - open - 2);
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    const auto it = std::find_if(variables.begin(), variables.end(),
                                 [&](const auto& entry) { return entry.first == name; });
    if (it == variables.end()) {
      throw config.error(symbol, fmt::format("unknown variable in \"{}\"", text.substr(open, close + 2 - open)),
                         "only variables of extra_vars.yaml can be used; filters cannot");
    }
    text.replace(open, close + 2 - open, as_text(it->second));
  }
  throw config.error(symbol, "its variables refer to each other without end");
}

std::vector<std::string> enabled_captures(const Config& config, const std::string& pattern,
                                          const std::vector<std::string>& except) {
  const auto star = pattern.find('*');
  const std::string head = pattern.substr(0, star), tail = pattern.substr(star + 1);
  std::vector<std::string> captures;
  for (const auto& symbol : config.symbols()) {
    const auto& name = symbol.name;
    if (symbol.type != Type::boolean || symbol.text != "y") continue;
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) {
      continue;
    }
    if (std::find(except.begin(), except.end(), name) != except.end()) continue;
    auto capture = lower(name.substr(head.size(), name.size() - head.size() - tail.size()));
    std::replace(capture.begin(), capture.end(), '_', '-');
    captures.push_back(std::move(capture));
  }
  return captures;
}

}  // namespace kdevops::plan
