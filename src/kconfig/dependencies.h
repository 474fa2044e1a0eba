// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kconfig/config.h"
#include "support/files.h"

namespace kdevops::kconfig {

/// A condition of the Kconfig language. Constants are quoted or look like numbers; y, n and m are
/// constants, too.
struct Expression {
  enum class Kind { symbol, constant, negation, conjunction, disjunction, comparison };
  Kind kind;
  std::string text;  ///< name, constant, or the comparison's operator
  std::vector<std::shared_ptr<const Expression>> parts;
};
using Condition = std::shared_ptr<const Expression>;

/// In Kconfig's notation.
std::string to_string(const Expression& expression);
bool holds(const Expression& expression, const Config& config);
/// Why a condition does not hold: "LIBVIRT is n, MODE is \"tcg\"". Empty when it holds.
std::string unmet(const Expression& expression, const Config& config);

/// One place that defines a symbol. The same symbol may be defined at several.
struct Definition {
  struct Range {
    std::string low, high;  ///< numbers or symbols
    Condition condition;
  };
  std::string place;                 ///< "file:line"
  Type type = Type::blank;           ///< blank: not said here
  std::string prompt;                ///< empty: none
  std::vector<Condition> visible;    ///< what the prompt needs besides `depends`
  std::vector<Condition> depends;    ///< own and those of the surrounding if, menu and choice
  std::vector<Range> ranges;
  std::vector<std::pair<std::string, Condition>> selects;
  int choice = -1;                   ///< index into Menu::choices()
};

struct Choice {
  std::string place, prompt;
  std::vector<std::string> members;
};

/// The symbols of a Kconfig file and all it sources. Reads what is needed to explain a value and
/// leaves the values themselves to kconfig.
class Menu {
 public:
  /// Sourced paths are looked for below each root in turn, as kconfig does with the working
  /// directory and $srctree. Text that is not Kconfig is an Error (configuration) at its place.
  static Menu read(const support::Files& files, const std::string& path,
                   const std::vector<std::string>& roots);

  /// Every definition of a symbol, in menu order; null when there is none.
  const std::vector<Definition>* find(std::string_view name) const;
  Type type(std::string_view name) const;
  const std::vector<Choice>& choices() const { return choices_; }
  /// The choice a symbol is a member of, or -1.
  int choice_of(std::string_view name) const;
  /// Existing names that look like `name`, best first, at most three.
  std::vector<std::string> similar(std::string_view name) const;
  /// Symbols that select `name` in this configuration.
  std::vector<std::string> selectors(std::string_view name, const Config& config) const;

 private:
  friend class MenuReader;
  std::map<std::string, std::vector<Definition>, std::less<>> symbols_;
  std::vector<Choice> choices_;
};

/// At most three of `names` that look like `name`, best first.
std::vector<std::string> similar_names(std::string_view name, const std::vector<std::string>& names);

}  // namespace kdevops::kconfig
