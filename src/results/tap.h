// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

/// One "ok" or "not ok" line that is there to its end.
struct TapPoint {
  bool ok = false;
  std::optional<long> number;
  std::string description;  ///< without "- " and without the directive
  std::string directive;    ///< in capitals: "SKIP", "TODO", "TIMEOUT", "EXIT=1"; empty without one
  std::string explanation;  ///< what follows the directive
  std::string output;       ///< comments and other lines since the last point
  std::vector<std::string> failed;  ///< subtests ("# not ok 3 name", or indented) that failed
  int subtests = 0;

  Verdict verdict() const;
  std::string reason() const;  ///< empty when passed
};

/// One document of the Test Anything Protocol, versions 12 to 14, and KTAP.
struct TapDocument {
  std::optional<long> plan;  ///< N of "1..N", of the last one
  std::optional<long> other_plan;  ///< one before it that says something else
  std::string skipped;       ///< why, of "1..0 # SKIP why"
  bool skip_all = false;
  std::string bail_out;
  bool bailed_out = false;
  std::vector<TapPoint> points;
  std::string rest;          ///< comments behind the last point

  /// Why it is not a complete document; empty when it is.
  std::string problem() const;
};

/// "TAP version" or "KTAP version" begins a further document, a file may hold several. Lines that are no TAP are
/// diagnostics, whatever they hold.
std::vector<TapDocument> parse_tap(std::string_view text);

/// A test of one point, named after its description (or number).
Test to_test(const TapPoint& point, std::string file);

/// Any workflow whose run.json says "format": "tap": `*.tap` files.
bool holds_tap(const Tree& tree);
void read_tap(const Tree& tree, Node& node);

/// Kernel selftests: `<target>.tap.log`, tests named `<collection>:<test>`.
bool holds_selftests(const Tree& tree);
void read_selftests(const Tree& tree, Node& node);

}  // namespace kdevops::results
