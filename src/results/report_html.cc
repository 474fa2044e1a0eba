// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/report_html.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::results {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr char32_t invalid = 0xffffffff;

/// The character at the beginning of `text`, and how many bytes it takes: one when it is invalid.
struct Decoded {
  char32_t character;
  std::size_t size;
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {invalid, 1};
  char32_t value = first & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {invalid, 1};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[size] || surrogate || value > 0x10ffff) return {invalid, 1};
  return {value, size};
}

bool is_direction(char32_t c) {
  return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

/// Allowed in XML and in HTML, and not a control.
bool is_printable(char32_t c) {
  if (c == '\n' || c == '\t') return true;
  return c != invalid && c >= 0x20 && !(c >= 0x7f && c <= 0x9f) && (c & 0xfffe) != 0xfffe &&
         !(c >= 0xfdd0 && c <= 0xfdef);
}

constexpr std::array void_elements{"br", "col", "hr", "img", "input", "link", "meta", "wbr"};
/// They begin a line, so that the page can be read and compared as text.
constexpr std::array on_own_line{"details", "div",  "dt",  "figure", "g",  "h3",    "li",    "p",    "section",
                                 "svg",     "table", "tbody", "text", "tr", "thead", "figcaption"};

template <std::size_t N>
bool is_one_of(const std::array<const char*, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Writer {
 public:
  explicit Writer(const std::string& file) : file_(file) {}

  void write(Element node) {
    switch (node.type()) {
      case pugi::node_element: element(node); break;
      case pugi::node_pcdata: out += escape(node.value()); break;
      case pugi::node_document: children(node); break;
      default: break;
    }
  }

  std::string out;

 private:
  void children(Element node) {
    for (const auto child : node) write(child);
  }

  void element(Element node) {
    const std::string_view name = node.name();
    if (is_one_of(on_own_line, name) && !out.empty() && !out.ends_with('\n')) out += '\n';
    out += '<';
    out += name;
    for (const auto attribute : node.attributes()) {
      out += fmt::format(" {}=\"{}\"", attribute.name(), escape(attribute.value()));
    }
    if (is_one_of(void_elements, name)) {
      out += "/>";
      return;
    }
    out += '>';
    if (name == "style" || name == "script") raw(node);
    else children(node);
    out += fmt::format("</{}>", name);
  }

  void raw(Element node) {
    const std::string_view text = node.child_value();
    if (text.find_first_of("<&") != std::string_view::npos) {
      throw support::Error(support::ExitCode::configuration,
                           fmt::format("<{}> holds '<' or '&', which HTML and XML read differently", node.name()),
                           file_, "Write it without: a > b for b < a, one if inside another for &&.");
    }
    out += text;
  }

  const std::string& file_;
};

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [c, size] = decode(text);
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&#39;";
    else if (is_direction(c)) out += fmt::format("&lt;U+{:04X}&gt;", static_cast<std::uint32_t>(c));
    else if (is_printable(c)) out += text.substr(0, size);
    else out += replacement;
    text.remove_prefix(size);
  }
  return out;
}

std::string shorten(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; characters > 0 && at < text.size(); --characters) at += decode(text.substr(at)).size;
  if (at == text.size()) return std::string(text);
  return fmt::format("{}… ({} more bytes)", text.substr(0, at), text.size() - at);
}

Element add(Element parent, const char* name, std::string_view css) {
  auto element = parent.append_child(name);
  if (!css.empty()) set(element, "class", css);
  return element;
}

Element add_text(Element parent, const char* name, std::string_view text, std::string_view css) {
  auto element = add(parent, name, css);
  append(element, text);
  return element;
}

void append(Element parent, std::string_view text) {
  std::string whole(text);  // the tree ends a string at its first zero byte
  for (auto at = whole.find('\0'); at != std::string::npos; at = whole.find('\0', at)) {
    whole.replace(at, 1, replacement);
  }
  parent.append_child(pugi::node_pcdata).set_value(whole.c_str());
}

void set(Element element, const char* attribute, std::string_view value) {
  auto found = element.attribute(attribute);
  if (!found) found = element.append_attribute(attribute);
  found.set_value(std::string(value).c_str());
}

void set(Element element, const char* attribute, double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  set(element, attribute, text == "-0" ? "0" : text);
}

Element add_table(Element parent, const std::vector<std::string>& titles, std::string_view css) {
  auto box = add(parent, "div", "scroll");
  set(box, "tabindex", "0");
  auto table = add(box, "table", css);
  auto head = add(add(table, "thead"), "tr");
  for (const auto& title : titles) {
    const bool number = title.starts_with('>');
    auto cell = add_text(head, "th", title.substr(number ? 1 : 0), number ? "number" : "");
    set(cell, "scope", "col");
  }
  return add(table, "tbody");
}

std::string html(const pugi::xml_document& document, const std::string& file) {
  Writer writer(file);
  writer.write(document);
  return "<!DOCTYPE html>\n" + writer.out + "\n";
}

}  // namespace kdevops::results
