// SPDX-License-Identifier: GPL-2.0-or-later
// Why a setting did not become so. kconfig drops and clamps without a word; this is the word.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "kconfig/defconfig.h"
#include "support/error.h"

namespace kdevops::kconfig {

using support::Error;
using support::ExitCode;

namespace {

std::string shown(const Symbol& symbol) {
  return symbol.type == Type::string ? fmt::format("\"{}\"", symbol.text) : symbol.text;
}

/// The value in .config, with what kconfig leaves out filled in.
std::string value_in(const Config& config, const std::string& name) {
  const auto* symbol = config.find(name);
  return symbol == nullptr ? "n" : symbol->text;
}

bool survived(const Symbol& wanted, const Config& result) {
  const auto* got = result.find(wanted.name);
  if (wanted.type == Type::boolean && wanted.text == "n") return got == nullptr || got->text == "n";
  return got != nullptr && got->type == wanted.type && got->text == wanted.text;
}

/// The conditions as one, without repetition.
std::string joined(const std::vector<Condition>& conditions) {
  std::vector<std::string> texts;
  for (const auto& condition : conditions) {
    auto text = to_string(*condition);
    if (condition->kind == Expression::Kind::disjunction && conditions.size() > 1) text = "(" + text + ")";
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(texts, " && "));
}

std::string failing(const std::vector<Condition>& conditions, const Config& result) {
  std::vector<std::string> reasons;
  for (const auto& condition : conditions) {
    auto reason = unmet(*condition, result);
    if (!reason.empty() && std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
      reasons.push_back(std::move(reason));
    }
  }
  return fmt::format("{}", fmt::join(reasons, ", "));
}

std::optional<long long> number(const std::string& text, const Config& config) {
  const auto* symbol = config.find(text);
  const auto& digits = symbol == nullptr ? text : symbol->text;
  const bool hex = digits.starts_with("0x");
  long long value = 0;
  const auto [end, error] =
      std::from_chars(digits.data() + (hex ? 2 : 0), digits.data() + digits.size(), value, hex ? 16 : 10);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

const char* type_name(Type type) {
  switch (type) {
    case Type::boolean: return "y or n";
    case Type::integer: return "a whole number";
    case Type::hex: return "a hexadecimal number";
    default: return "text in double quotes";
  }
}

/// The definition whose prompt could take the value: the first with a prompt and met dependencies,
/// else the first with a prompt, else the first.
const Definition& relevant(const std::vector<Definition>& definitions, const Config& result) {
  const Definition* best = &definitions.front();
  for (const auto& definition : definitions) {
    if (definition.prompt.empty()) continue;
    if (best->prompt.empty()) best = &definition;
    if (failing(definition.depends, result).empty()) return definition;
  }
  return *best;
}

std::string reason(const Setting& setting, const Menu& menu, const Config& result,
                   const std::vector<Setting>& all) {
  const auto& wanted = setting.symbol;
  const auto* definitions = menu.find(wanted.name);
  if (definitions == nullptr) {
    const auto near = menu.similar(wanted.name);
    return near.empty() ? "there is no such symbol"
                        : fmt::format("there is no such symbol; similar: {}", fmt::join(near, ", "));
  }
  const auto type = menu.type(wanted.name);
  if (type != wanted.type) return fmt::format("the symbol takes {}", type_name(type));

  const auto& definition = relevant(*definitions, result);
  const bool off = wanted.type == Type::boolean && wanted.text == "n";
  if (off) {
    const auto selectors = menu.selectors(wanted.name, result);
    if (!selectors.empty()) return fmt::format("it is selected by {}", fmt::join(selectors, ", "));
  }
  const auto missing = failing(definition.depends, result);
  if (!missing.empty()) return fmt::format("it depends on {}; {}", joined(definition.depends), missing);

  if (definition.choice >= 0) {
    const auto& choice = menu.choices()[static_cast<std::size_t>(definition.choice)];
    for (const auto& member : choice.members) {
      if (!result.enabled(member)) continue;
      if (off && member == wanted.name) return fmt::format("the choice \"{}\" has to have a member", choice.prompt);
      std::string by;
      for (const auto& other : all) {
        if (other.symbol.name == member) by = fmt::format(", at {}", other.place());
      }
      return fmt::format("the choice \"{}\" went to {}{}", choice.prompt, member, by);
    }
  }
  if (definition.prompt.empty()) {
    return fmt::format("it has no prompt; its value, {}, follows from other symbols", value_in(result, wanted.name));
  }
  const auto hidden = failing(definition.visible, result);
  if (!hidden.empty()) {
    return fmt::format("it can be set only with {}; {}", joined(definition.visible), hidden);
  }
  for (const auto& range : definition.ranges) {
    if (range.condition && !holds(*range.condition, result)) continue;
    const auto value = number(wanted.text, result), low = number(range.low, result), high = number(range.high, result);
    if (value && low && high && (*value < *low || *value > *high)) {
      return fmt::format("it is out of range {}..{}", *low, *high);
    }
  }
  return fmt::format("kconfig made it {}", value_in(result, wanted.name));
}

/// Settings that were lost: place and what to say.
using Lost = std::vector<std::pair<std::string, std::string>>;

void refuse(const Lost& lost) {
  if (lost.empty()) return;
  std::string what = lost.front().second;
  for (std::size_t i = 1; i < lost.size(); ++i) what += fmt::format("\n{}: {}", lost[i].first, lost[i].second);
  throw Error(ExitCode::configuration, what, lost.front().first, "the configuration was left as it was");
}

}  // namespace

void check_survival(const std::vector<Setting>& settings, const Menu& menu, const Config& result) {
  Lost lost;
  for (const auto& setting : settings) {
    if (!setting.required || survived(setting.symbol, result)) continue;
    lost.emplace_back(setting.place(), fmt::format("CONFIG_{}={} cannot be: {}", setting.symbol.name,
                                                   shown(setting.symbol), reason(setting, menu, result, settings)));
  }
  // n for a symbol that is not there looks as if it had survived.
  for (const auto& setting : settings) {
    const bool off = setting.symbol.type == Type::boolean && setting.symbol.text == "n";
    if (!setting.required || !off || menu.find(setting.symbol.name) != nullptr) continue;
    lost.emplace_back(setting.place(), fmt::format("CONFIG_{}: {}", setting.symbol.name,
                                                   reason(setting, menu, result, settings)));
  }
  refuse(lost);
}

std::vector<std::string> check_edit(const std::vector<Setting>& settings, const Menu& menu, const Config& result) {
  Lost lost;
  std::vector<std::string> warnings;
  for (const auto& setting : settings) {
    const auto& wanted = setting.symbol;
    if (survived(wanted, result)) continue;
    const auto why = [&] { return reason(setting, menu, result, settings); };
    const auto* definitions = menu.find(wanted.name);
    if (definitions == nullptr) {
      warnings.push_back(fmt::format("{}: CONFIG_{} is dropped: {}", setting.place(), wanted.name, why()));
      continue;
    }
    const auto& definition = relevant(*definitions, result);
    const bool could = !definition.prompt.empty() && definition.choice < 0 &&
                       failing(definition.depends, result).empty() && failing(definition.visible, result).empty() &&
                       menu.selectors(wanted.name, result).empty();
    if (could || menu.type(wanted.name) != wanted.type) {
      lost.emplace_back(setting.place(), fmt::format("CONFIG_{}={} cannot be: {}", wanted.name, shown(wanted), why()));
    }
  }
  refuse(lost);
  return warnings;
}

}  // namespace kdevops::kconfig
