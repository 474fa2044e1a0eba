// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/crash_record.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace kdevops::fleet {

std::string planned_name(const std::string& name, const std::vector<std::string>& tests, std::size_t at) {
  std::size_t best = tests.size();
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (tests[i] == name) return name;
    if (!tests[i].ends_with("/" + name)) continue;
    // The first at or behind where the run is; failing that, the last before it.
    if (best == tests.size() || best < at) best = i;
  }
  return best == tests.size() || name.empty() ? name : tests[best];
}

std::string CrashRecord::save(const Verdict& verdict, const std::string& node, const std::string& boot,
                              const std::string& console) {
  const auto header =
      fmt::format("verdict: {}\ntest: {}\nnode: {}\nboot: {}\nreason: {}\n\n", to_string(verdict.fault),
                  verdict.test.empty() ? "none had begun" : verdict.test, node, boot, verdict.reason);
  const auto line = fmt::format("{} {}", to_string(verdict.fault), verdict.test);
  auto known = lines();
  const auto found = std::find(known.begin(), known.end(), line) - known.begin();
  if (!verdict.test.empty() && static_cast<std::size_t>(found) == known.size()) {
    known.push_back(line);
    files_.write(directory_ + "/crashed", fmt::format("{}\n", fmt::join(known, "\n")));
  }
  std::string path;
  if (verdict.test.empty()) {
    for (int n = 1; path.empty() || files_.exists(path); ++n) {
      path = fmt::format("{}/console-{}.log", directory_, n);
      if (files_.read(path).value_or("").starts_with(header)) return path;
    }
  } else {
    path = fmt::format("{}/crash-{}.txt", directory_, found + 1);
  }
  // A test that crashed again: what it did before stays.
  const auto before = files_.read(path).value_or("");
  if (before.find(header) == std::string::npos) files_.write(path, before + header + console);
  return path;
}

std::vector<std::string> CrashRecord::lines() const {
  std::vector<std::string> lines;
  std::istringstream text(files_.read(directory_ + "/crashed").value_or(""));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace kdevops::fleet
