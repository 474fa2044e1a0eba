// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig/config.h"

#include <charconv>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::kconfig {

using support::Error;
using support::ExitCode;

namespace {

/// Length of the well-formed UTF-8 sequence at `text[at]` (RFC 3629), or 0.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(at + 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool outside = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return overlong || outside ? 0 : length;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                 "0123456789_") == std::string_view::npos;
}

/// Reads one file line by line and says where it is in every error.
class Parser {
 public:
  Parser(std::string_view text, const std::string& filename) : rest_(text), filename_(filename) {}

  /// The next symbol, or false at the end of the file.
  bool next(Symbol& symbol) {
    while (!rest_.empty()) {
      ++line_;
      const auto end = rest_.find('\n');
      std::string_view line = rest_.substr(0, end);
      rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (parse_line(line, symbol)) {
        symbol.line = line_;
        return true;
      }
    }
    return false;
  }

 private:
  [[noreturn]] void fail(std::string_view name, std::string_view why, std::string hint) const {
    throw Error(ExitCode::configuration,
                name.empty() ? std::string(why) : fmt::format("CONFIG_{}: {}", name, why),
                fmt::format("{}:{}", filename_, line_), std::move(hint));
  }

  bool parse_line(std::string_view line, Symbol& symbol) const {
    constexpr std::string_view prefix = "CONFIG_";
    constexpr std::string_view unset = " is not set";
    if (line.empty()) return false;
    if (line.front() == '#') {
      if (!line.starts_with("# CONFIG_") || !line.ends_with(unset)) return false;
      const auto name = line.substr(9, line.size() - 9 - unset.size());
      if (!is_name(name)) return false;
      symbol = {std::string(name), Type::boolean, "n", 0};
      return true;
    }
    const auto equals = line.find('=');
    if (!line.starts_with(prefix) || equals == std::string_view::npos ||
        !is_name(line.substr(prefix.size(), equals - prefix.size()))) {
      fail("", fmt::format("not a line that kconfig writes: {}", line.substr(0, 60)),
           "write CONFIG_NAME=value or # CONFIG_NAME is not set; then run: make olddefconfig");
    }
    const auto name = line.substr(prefix.size(), equals - prefix.size());
    symbol = value(name, line.substr(equals + 1));
    return true;
  }

  Symbol value(std::string_view name, std::string_view text) const {
    const std::string owned(name);
    if (text.empty()) return {owned, Type::blank, "", 0};
    if (text.front() == '"') return {owned, Type::string, unescape(name, text), 0};
    if (text == "y") return {owned, Type::boolean, "y", 0};
    if (text == "n") return {owned, Type::boolean, "n", 0};
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (is_number(text, hex)) {
      return {owned, hex ? Type::hex : Type::integer, std::string(text), 0};
    }
    fail(name, fmt::format("not a value that kconfig writes: {}", text.substr(0, 60)),
         "expected y, a number, 0x..., or a string in double quotes");
  }

  bool is_number(std::string_view text, bool hex) const {
    const auto digits = hex ? text.substr(2) : text;
    if (hex) {
      std::uint64_t number = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
      return error == std::errc{} && end == digits.data() + digits.size();
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size();
  }

  /// Characters that some language we write cannot hold: C0 and C1 controls but the tab, DEL, and the
  /// noncharacters U+FFFE and U+FFFF. `character` is one well-formed UTF-8 sequence.
  void refuse_unprintable(std::string_view name, std::string_view character) const {
    const auto first = static_cast<unsigned char>(character[0]);
    const bool control = (first < 0x20 && first != '\t') || first == 0x7F ||
                         (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
    if (!control && character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF") return;
    std::string bytes;
    for (const char c : character) bytes += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    fail(name, fmt::format("unprintable character {} in a string", bytes), "remove it");
  }

  std::string unescape(std::string_view name, std::string_view text) const {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 1; i < text.size();) {
      const char c = text[i];
      if (c == '"') {
        if (i + 1 != text.size()) {
          fail(name, "text after the closing quote",
               "a quote inside a string is written \\\" and a backslash \\\\");
        }
        return out;
      }
      if (c == '\\') {
        if (i + 1 >= text.size()) break;
        // kconfig drops the backslash and keeps whatever follows.
        ++i;
      }
      const std::size_t length = utf8_length(text, i);
      if (length == 0) {
        fail(name, fmt::format("byte 0x{:02x} is not valid UTF-8", static_cast<unsigned char>(text[i])),
             "save the file as UTF-8");
      }
      refuse_unprintable(name, text.substr(i, length));
      out.append(text.substr(i, length));
      i += length;
    }
    fail(name, "the string does not end", "add the closing \" on the same line");
  }

  std::string_view rest_;
  const std::string& filename_;
  int line_ = 0;
};

}  // namespace

Config Config::parse(std::string_view text, const std::string& filename) {
  Config config;
  config.filename_ = filename;
  Parser parser(text, filename);
  Symbol symbol;
  while (parser.next(symbol)) {
    const auto [it, fresh] = config.index_.emplace(symbol.name, config.symbols_.size());
    if (!fresh) {
      throw Error(ExitCode::configuration,
                  fmt::format("CONFIG_{} is given twice; the first is on line {}", symbol.name,
                              config.symbols_[it->second].line),
                  fmt::format("{}:{}", filename, symbol.line), "remove one of them");
    }
    config.symbols_.push_back(symbol);
  }
  return config;
}

const Symbol* Config::find(std::string_view name) const {
  const auto it = index_.find(std::string(name));
  return it == index_.end() ? nullptr : &symbols_[it->second];
}

bool Config::enabled(std::string_view name) const {
  const Symbol* symbol = find(name);
  return symbol != nullptr && symbol->type == Type::boolean && symbol->text == "y";
}

std::string Config::string(std::string_view name, std::string_view fallback) const {
  const Symbol* symbol = find(name);
  if (symbol == nullptr) return std::string(fallback);
  if (symbol->type != Type::string) throw error(name, "a string in double quotes is expected");
  return symbol->text;
}

std::int64_t Config::integer(std::string_view name, std::int64_t fallback) const {
  const Symbol* symbol = find(name);
  if (symbol == nullptr) return fallback;
  if (symbol->type == Type::blank) throw error(name, "has no value", "give it a number");
  if (symbol->type != Type::integer) throw error(name, "a whole number is expected");
  std::int64_t number = 0;
  std::from_chars(symbol->text.data(), symbol->text.data() + symbol->text.size(), number);
  return number;
}

std::string Config::where(std::string_view name) const {
  const Symbol* symbol = find(name);
  return symbol == nullptr ? filename_ : fmt::format("{}:{}", filename_, symbol->line);
}

Error Config::error(std::string_view name, std::string_view what, std::string hint) const {
  return Error(ExitCode::configuration, fmt::format("CONFIG_{}: {}", name, what), where(name),
               std::move(hint));
}

}  // namespace kdevops::kconfig
