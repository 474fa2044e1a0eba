// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "kconfig/dependencies.h"

namespace kdevops::kconfig {

namespace {

using Kind = Expression::Kind;

/// What kconfig compares: a symbol's value as written in .config, n for an unset bool.
std::string value_of(const Expression& expression, const Config& config) {
  if (expression.kind == Kind::constant) return expression.text;
  const auto* symbol = config.find(expression.text);
  return symbol == nullptr ? "n" : symbol->text;
}

std::optional<long long> number(const std::string& text) {
  const bool hex = text.starts_with("0x");
  long long value = 0;
  const char* begin = text.data() + (hex ? 2 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool compare(const Expression& expression, const Config& config) {
  const auto left = value_of(*expression.parts[0], config);
  const auto right = value_of(*expression.parts[1], config);
  const auto a = number(left), b = number(right);
  const int order = a && b ? (*a < *b ? -1 : *a > *b) : left.compare(right);
  if (expression.text == "=") return order == 0;
  if (expression.text == "!=") return order != 0;
  if (expression.text == "<") return order < 0;
  if (expression.text == ">") return order > 0;
  return expression.text == "<=" ? order <= 0 : order >= 0;
}

/// One "NAME is value" per symbol that decides, in the order of the text.
void deciding(const Expression& expression, const Config& config, std::vector<std::string>& out) {
  switch (expression.kind) {
    case Kind::conjunction:
    case Kind::disjunction: {
      const bool wanted = holds(expression, config);
      for (const auto& part : expression.parts) {
        if (holds(*part, config) == wanted) deciding(*part, config, out);
      }
      return;
    }
    case Kind::negation:
    case Kind::comparison:
      for (const auto& part : expression.parts) deciding(*part, config, out);
      return;
    case Kind::constant: return;
    case Kind::symbol: break;
  }
  const auto* symbol = config.find(expression.text);
  const bool text = symbol != nullptr && symbol->type == Type::string;
  const char* quote = text ? "\"" : "";
  auto line = fmt::format("{} is {}{}{}", expression.text, quote, value_of(expression, config), quote);
  if (std::find(out.begin(), out.end(), line) == out.end()) out.push_back(std::move(line));
}

}  // namespace

std::string to_string(const Expression& expression) {
  switch (expression.kind) {
    case Kind::symbol: return expression.text;
    case Kind::constant: {
      const bool bare = number(expression.text) || expression.text == "y" || expression.text == "n";
      return bare ? expression.text : '"' + expression.text + '"';
    }
    case Kind::comparison:
      return fmt::format("{} {} {}", to_string(*expression.parts[0]), expression.text,
                         to_string(*expression.parts[1]));
    case Kind::negation: {
      const auto inner = to_string(*expression.parts[0]);
      return expression.parts[0]->parts.empty() ? "!" + inner : "!(" + inner + ")";
    }
    case Kind::conjunction:
    case Kind::disjunction: break;
  }
  std::string text;
  for (const auto& part : expression.parts) {
    const bool wrap = expression.kind == Kind::conjunction && part->kind == Kind::disjunction;
    if (!text.empty()) text += expression.kind == Kind::conjunction ? " && " : " || ";
    text += wrap ? "(" + to_string(*part) + ")" : to_string(*part);
  }
  return text;
}

bool holds(const Expression& expression, const Config& config) {
  const auto part_holds = [&](const Condition& part) { return holds(*part, config); };
  const auto& parts = expression.parts;
  switch (expression.kind) {
    case Kind::constant: return expression.text == "y";
    case Kind::symbol: return config.enabled(expression.text);
    case Kind::comparison: return compare(expression, config);
    case Kind::negation: return !part_holds(parts[0]);
    case Kind::conjunction: return std::all_of(parts.begin(), parts.end(), part_holds);
    case Kind::disjunction: return std::any_of(parts.begin(), parts.end(), part_holds);
  }
  return false;
}

std::string unmet(const Expression& expression, const Config& config) {
  std::vector<std::string> lines;
  if (!holds(expression, config)) deciding(expression, config, lines);
  return fmt::format("{}", fmt::join(lines, ", "));
}

}  // namespace kdevops::kconfig
