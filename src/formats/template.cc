// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/template.h"

#include <set>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::formats {

using support::Error;
using support::ExitCode;

std::string fill_template(std::string_view text, const std::map<std::string, std::string>& values,
                          Literal literal, const std::string& file) {
  std::string out;
  std::set<std::string> used;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    std::string filled;
    bool keep = true;
    std::size_t at = 0;
    for (auto open = line.find("\"@"); open != std::string_view::npos; open = line.find("\"@", at)) {
      const auto close = line.find("@\"", open + 2);
      const std::string name(close == std::string_view::npos ? std::string_view{} : line.substr(open + 2, close - open - 2));
      const auto value = values.find(name);
      if (value == values.end()) {
        throw Error(ExitCode::configuration, fmt::format("unknown placeholder \"@{}@\"", name),
                    fmt::format("{}:{}", file, number),
                    "compare the template with the one that git has: git diff " + file);
      }
      used.insert(name);
      keep = keep && !value->second.empty();
      filled += std::string(line.substr(at, open - at)) + literal(value->second);
      at = close + 2;
    }
    if (keep) out += filled + std::string(line.substr(at));
  }
  for (const auto& [name, value] : values) {
    if (!used.contains(name)) {
      throw Error(ExitCode::configuration, fmt::format("the placeholder \"@{}@\" is missing", name), file,
                  "compare the template with the one that git has: git diff " + file);
    }
  }
  return out;
}

}  // namespace kdevops::formats
