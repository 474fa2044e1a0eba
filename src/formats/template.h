// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kdevops::formats {

/// Writes a text as a string literal of the template's language.
using Literal = std::string (*)(std::string_view);

/// One text, or a text for each repetition of the placeholder's line.
using TemplateValue = std::variant<std::string, std::vector<std::string>>;

/// Fills a template that is itself a valid file of its language: every placeholder is a whole string
/// literal "@name@" and is replaced by literal(value). A line whose placeholder's value is empty is
/// left out; a line with lists comes once per element (its lists must be equally long). Unknown
/// placeholders, and values that no placeholder takes, are Errors naming file and line.
std::string fill_template(std::string_view text, const std::map<std::string, TemplateValue>& values,
                          Literal literal, const std::string& file);

}  // namespace kdevops::formats
