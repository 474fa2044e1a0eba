// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/nix.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kdevops::formats {

std::string nix_string(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      // A bare carriage return in a literal becomes a line feed.
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      // Only "${" starts an interpolation, but "$${" does not: escaping every "$" is always right.
      case '$': out += "\\$"; break;
      default: out += c;
    }
  }
  return out + "\"";
}

std::string nix_attribute(std::string_view name) {
  static constexpr std::array keywords{"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto more = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '\''; };
  const bool plain = !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), more) &&
                     std::find(keywords.begin(), keywords.end(), name) == keywords.end();
  return plain ? std::string(name) : nix_string(name);
}

std::string nix_attribute_path(std::string_view dotted) {
  std::string path;
  for (;;) {
    auto dot = dotted.find('.');
    if (dotted.starts_with('"')) {
      std::size_t close = 1;
      while (close < dotted.size() && dotted[close] != '"') close += dotted[close] == '\\' ? 2 : 1;
      dot = dotted.find('.', std::min(close, dotted.size()));
      path += dotted.substr(0, dot);
    } else {
      path += nix_attribute(dotted.substr(0, dot));
    }
    if (dot == std::string_view::npos) return path;
    path += '.';
    dotted.remove_prefix(dot + 1);
  }
}

NixValue NixValue::expression(std::string text) { return NixValue(Expression{std::move(text)}); }

std::string NixValue::print(int indent) const {
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  struct Printer {
    int indent;
    const std::string& pad;
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t n) const {
      // "-1" is an operator and an operand to Nix, which a list would take apart.
      return n < 0 ? fmt::format("({})", n) : std::to_string(n);
    }
    std::string operator()(const std::string& s) const { return nix_string(s); }
    std::string operator()(const Expression& e) const { return e.text; }
    std::string operator()(const List& list) const {
      if (list.empty()) return "[ ]";
      std::string out = "[\n";
      for (const auto& item : list) out += pad + "  " + item.print(indent + 2) + "\n";
      return out + pad + "]";
    }
    std::string operator()(const Attrs& attrs) const {
      if (attrs.empty()) return "{ }";
      std::string out = "{\n";
      for (const auto& [name, value] : attrs) {
        out += pad + "  " + nix_attribute_path(name) + " = " + value.print(indent + 2) + ";\n";
      }
      return out + pad + "}";
    }
  };
  return std::visit(Printer{indent, pad}, value_);
}

}  // namespace kdevops::formats
