// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/template.h"

#include <set>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::formats {

using support::Error;
using support::ExitCode;

namespace {

Error template_error(std::string what, const std::string& file, std::string where) {
  return Error(ExitCode::configuration, std::move(what), std::move(where),
               "compare the template with the one that git has: git diff " + file);
}

/// A line taken apart: text, value, text, value, ..., text.
struct Line {
  std::vector<std::string_view> texts;
  std::vector<const TemplateValue*> values;

  /// How often the line comes: as often as its lists have elements.
  std::size_t repetitions(const std::string& file, const std::string& where) const {
    std::size_t count = 1;
    bool repeats = false;
    for (const auto* value : values) {
      const auto* list = std::get_if<std::vector<std::string>>(value);
      if (list == nullptr) continue;
      if (repeats && list->size() != count) throw template_error("lists of different lengths in one line", file, where);
      count = list->size();
      repeats = true;
    }
    return count;
  }

  std::string fill(std::size_t index, Literal literal) const {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto* list = std::get_if<std::vector<std::string>>(values[i]);
      const auto& value = list != nullptr ? (*list)[index] : std::get<std::string>(*values[i]);
      if (value.empty()) return {};
      out += std::string(texts[i]) + literal(value);
    }
    return out + std::string(texts.back());
  }
};

}  // namespace

std::string fill_template(std::string_view text, const std::map<std::string, TemplateValue>& values,
                          Literal literal, const std::string& file) {
  std::string out;
  std::set<std::string> used;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view source = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(source.size());
    const auto where = fmt::format("{}:{}", file, number);
    Line line;
    std::size_t at = 0;
    for (auto open = source.find("\"@"); open != std::string_view::npos; open = source.find("\"@", at)) {
      const auto close = source.find("@\"", open + 2);
      const std::string name(close == std::string_view::npos ? std::string_view{}
                                                             : source.substr(open + 2, close - open - 2));
      const auto value = values.find(name);
      if (value == values.end()) throw template_error(fmt::format("unknown placeholder \"@{}@\"", name), file, where);
      used.insert(name);
      line.texts.push_back(source.substr(at, open - at));
      line.values.push_back(&value->second);
      at = close + 2;
    }
    line.texts.push_back(source.substr(at));
    const auto count = line.repetitions(file, where);
    for (std::size_t i = 0; i < count; ++i) out += line.fill(i, literal);
  }
  for (const auto& [name, value] : values) {
    if (!used.contains(name)) {
      throw template_error(fmt::format("the placeholder \"@{}@\" is missing", name), file, file);
    }
  }
  return out;
}

}  // namespace kdevops::formats
