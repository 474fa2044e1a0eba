// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/crash_record.h"

#include <algorithm>
#include <ctime>
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
  const auto path = verdict.test.empty()
                        ? console_path(header)
                        : path_of(fmt::format("{} {}", to_string(verdict.fault), verdict.test));
  add(path, header, header + console);
  return path;
}

std::string CrashRecord::path_of(const std::string& line) {
  auto known = lines();
  const auto found = static_cast<std::size_t>(std::find(known.begin(), known.end(), line) - known.begin());
  if (found == known.size()) {
    known.push_back(line);
    files_.write(directory_ + "/crashed", fmt::format("{}\n", fmt::join(known, "\n")));
  }
  return crash_path(found + 1);
}

std::string CrashRecord::crash_path(std::size_t number) const {
  return fmt::format("{}/crash-{}.txt", directory_, number);
}

std::string CrashRecord::console_path(const std::string& text) const {
  for (int n = 1;; ++n) {
    auto path = fmt::format("{}/console-{}.log", directory_, n);
    if (!files_.exists(path) || files_.read(path).value_or("").starts_with(text)) return path;
  }
}

void CrashRecord::add(const std::string& path, const std::string& mark, const std::string& text) {
  const auto before = files_.read(path).value_or("");
  if (before.find(mark) == std::string::npos) files_.write(path, before + text);
}

std::map<std::string, std::string> CrashRecord::take(const CrashRecord& other) {
  std::map<std::string, std::string> moved;
  const auto lines = other.lines();
  for (std::size_t i = 0; i < lines.size(); ++i) moved[other.crash_path(i + 1)] = path_of(lines[i]);
  for (const auto& name : files_.list(other.directory_)) {
    const auto from = other.directory_ + "/" + name;
    const auto text = files_.read(from).value_or("");
    if (name.starts_with("console-")) moved[from] = console_path(text);
    if (moved.contains(from)) add(moved.at(from), text, text);
  }
  files_.remove(other.directory_);
  return moved;
}

std::vector<std::string> CrashRecord::lines() const {
  std::vector<std::string> lines;
  std::istringstream text(files_.read(directory_ + "/crashed").value_or(""));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

CrashRecords::CrashRecords(support::Files& files, std::string results, std::string node)
    : files_(files), results_(std::move(results)), node_(std::move(node)),
      unanswered_(results_ + "/.unanswered/" + node_), own_(unanswered_ + "/" + run_name(std::time(nullptr))) {}

CrashRecord CrashRecords::of(const std::string& run) const {
  return {files_, run.empty() ? own_ : fmt::format("{}/{}/{}", results_, run, node_)};
}

std::map<std::string, std::string> CrashRecords::assign(const std::string& run) {
  std::map<std::string, std::string> moved;
  for (const auto& begin : files_.list(unanswered_)) {
    if (run_begin(begin) >= run_begin(run)) moved.merge(of(run).take({files_, unanswered_ + "/" + begin}));
  }
  if (files_.list(unanswered_).empty()) files_.remove(unanswered_);
  return moved;
}

}  // namespace kdevops::fleet
