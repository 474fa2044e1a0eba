// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kdevops::formats {

/// A Nix string literal in double quotes that evaluates to `text` (no NUL in it).
std::string nix_string(std::string_view text);

/// A Nix expression as data: what a configuration file is made of.
class NixValue {
 public:
  using List = std::vector<NixValue>;
  using Attrs = std::vector<std::pair<std::string, NixValue>>;  ///< in the order to print

  NixValue(bool value) : value_(value) {}                                     // NOLINT
  NixValue(std::int64_t value) : value_(value) {}                             // NOLINT
  NixValue(int value) : value_(static_cast<std::int64_t>(value)) {}           // NOLINT
  NixValue(std::string value) : value_(std::move(value)) {}                   // NOLINT
  NixValue(const char* value) : value_(std::string(value)) {}                 // NOLINT
  NixValue(List value) : value_(std::move(value)) {}                          // NOLINT
  NixValue(Attrs value) : value_(std::move(value)) {}                         // NOLINT

  /// `./name` or an attribute path such as nixos-flake.nixosModules.testSuites.sysbench: trusted
  /// text, never user input.
  static NixValue expression(std::string text);

  /// The expression, lines after the first indented by `indent` blanks. Attribute names that are no
  /// identifiers are quoted.
  std::string print(int indent = 0) const;

 private:
  struct Expression {
    std::string text;
  };
  explicit NixValue(Expression value) : value_(std::move(value)) {}
  std::variant<bool, std::int64_t, std::string, List, Attrs, Expression> value_;
};

/// An attribute name, quoted when it has to be.
std::string nix_attribute(std::string_view name);

/// "services.mysql.enable" -> the same, each part quoted when it has to be. A part that is a string
/// literal already (nix_string) is taken as it is: fileSystems."/mnt/v1.2".
std::string nix_attribute_path(std::string_view dotted);

}  // namespace kdevops::formats
