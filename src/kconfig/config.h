// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "support/error.h"

namespace kdevops::kconfig {

enum class Type { boolean, integer, hex, string, blank };

/// One line of .config.
struct Symbol {
  std::string name;   ///< without CONFIG_
  Type type;          ///< by the form of the value; `blank` is "CONFIG_X=" (an int or hex without value)
  std::string text;   ///< string: unescaped; int and hex: as written; bool: "y" or "n"
  int line;           ///< 1-based
};

/// The symbols of one .config, in file order.
class Config {
 public:
  /// Parses every form kconfig writes. Anything else throws Error (configuration) with
  /// "file:line" and the symbol: unknown forms, unterminated strings, bad escapes, an integer out
  /// of 64 bits, the same symbol twice, a NUL or an invalid UTF-8 byte.
  static Config parse(std::string_view text, const std::string& filename);

  const std::vector<Symbol>& symbols() const { return symbols_; }
  const Symbol* find(std::string_view name) const;

  /// True when the symbol is y. Absent and "is not set" are false.
  bool enabled(std::string_view name) const;
  /// The value, or `fallback` when the symbol is absent. A symbol of another type is an Error.
  std::string string(std::string_view name, std::string_view fallback = {}) const;
  std::int64_t integer(std::string_view name, std::int64_t fallback) const;

  /// "<file>:<line>" of a symbol; just the file when it is absent.
  std::string where(std::string_view name) const;
  /// An Error (configuration) at the symbol's line: "CONFIG_<name>: <what>".
  [[nodiscard]] support::Error error(std::string_view name, std::string_view what,
                                     std::string hint = {}) const;

 private:
  std::string filename_;
  std::vector<Symbol> symbols_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace kdevops::kconfig
