// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kdevops::formats {

/// Writes a text as a string literal of the template's language.
using Literal = std::string (*)(std::string_view);

/// Fills a template that is itself a valid file of its language: every placeholder is a whole string
/// literal "@name@" and is replaced by literal(value). A line whose placeholder's value is empty is
/// left out. Unknown placeholders, and values that no placeholder takes, are Errors naming file and
/// line.
std::string fill_template(std::string_view text, const std::map<std::string, std::string>& values,
                          Literal literal, const std::string& file);

}  // namespace kdevops::formats
