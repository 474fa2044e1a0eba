// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

namespace kdevops::results {

/// The report is a tree of elements; markup is written in one place only, by html().
using Element = pugi::xml_node;

/// `text` for element content and for attribute values in double quotes. Foreign text may hold
/// anything: what is no UTF-8 and what is no character of a document becomes U+FFFD, and controls of
/// the writing direction become visible ("<U+202E>"), so that a name reads as it is stored.
std::string escape(std::string_view text);

/// The first `characters` of `text`, and how much was left out.
std::string shorten(std::string_view text, std::size_t characters);

/// A new last child. `css` is the class attribute, none when empty.
Element add(Element parent, const char* name, std::string_view css = {});
Element add_text(Element parent, const char* name, std::string_view text, std::string_view css = {});
/// Text behind what `parent` holds.
void append(Element parent, std::string_view text);
void set(Element element, const char* attribute, std::string_view value);
/// Coordinates: two digits behind the point are finer than a pixel.
void set(Element element, const char* attribute, double value);

/// A table with the given column titles inside a box that scrolls sideways when it has to; returns
/// the body. A title that starts with '>' is a column of numbers.
Element add_table(Element parent, const std::vector<std::string>& titles, std::string_view css);

/// The document as HTML that is well-formed XML, too. <style> and <script> are written as they are:
/// throws Error naming `file` when one of them holds '<' or '&', which the two languages read
/// differently.
std::string html(const pugi::xml_document& document, const std::string& file);

}  // namespace kdevops::results
