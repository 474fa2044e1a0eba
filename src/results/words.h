// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "results/compare.h"
#include "results/model.h"
#include "support/terminal.h"

/// Words, numbers and colours that the tables share.
namespace kdevops::results {

/// Three digits behind the point for small numbers, none for large ones.
std::string shown(double value);
/// "1h 02m", "3m 07s", "12s", "0.2s"; "" without one.
std::string shown_seconds(const std::optional<double>& seconds);
/// "+3.1%", "-" when the baseline is 0.
std::string percent(const Difference& difference);
/// "1 test", "2 tests".
std::string counted(std::size_t n, const char* one, const char* many);

/// "no result" for truncated, otherwise to_string().
const char* spoken(Verdict verdict);
support::Style style_of(Verdict verdict);
support::Style style_of(Finding finding);
const char* to_string(Better better);

}  // namespace kdevops::results
