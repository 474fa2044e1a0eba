// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/fstests.h"

#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "results/collection.h"
#include "results/run_directory.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

bool is_report(std::string_view path) {
  const auto name = base_name(path);
  return name == "result.xml" || (name.starts_with("result-") && name.ends_with(".xml"));
}

/// The directory of a section, and what is known of it.
struct Section {
  std::string name;  ///< empty: fstests ran without sections
  Collection tests;
  bool reported = false;  ///< a report is whole
};

/// A log grows with every run: what check said when its last pass ended.
std::string_view last_pass(std::string_view log) {
  const auto at = log.rfind("\nKernel version:");
  return at == std::string_view::npos ? log : log.substr(at);
}

/// Durations that check keeps: "generic/001 5" per line.
std::map<std::string, double> read_times(const Tree& tree, const std::string& path) {
  std::map<std::string, double> times;
  each_line(tree.has(path) ? read_evidence(tree.files(), tree.absolute(path)) : "", [&](const Line& line) {
    const auto parts = words(line.text);
    const auto seconds = line.whole && parts.size() == 2 ? number(parts[1]) : std::nullopt;
    if (seconds) times[std::string(parts[0])] = *seconds;
  });
  return times;
}

void find_evidence(const Tree& tree, const std::string& directory, Test& test) {
  if (test.verdict == Verdict::passed) return;
  const bool in_dmesg = test.reason.find("dmesg") != std::string::npos;
  const std::array<const char*, 4> kinds = in_dmesg ? std::array{".dmesg", ".out.bad", ".full", ".notrun"}
                                                    : std::array{".out.bad", ".dmesg", ".full", ".notrun"};
  for (const char* kind : kinds) {
    const std::string path = (directory.empty() ? "" : directory + "/") + test.name + kind;
    if (!tree.has(path)) continue;
    test.evidence = path;
    const std::string text = read_evidence(tree.files(), tree.absolute(path));
    if (std::string_view(kind) == ".notrun" && (test.reason.empty() || test.reason == "not run")) test.reason = one_line(text);
    else if (is_bad(test.verdict) && test.excerpt.empty()) test.excerpt = excerpt(text, 12);
    return;
  }
}

}  // namespace

bool holds_fstests(const Tree& tree) {
  for (const auto& path : tree.paths()) {
    if (is_report(path) || base_name(path) == "check.log") return true;
  }
  return false;
}

void read_fstests(const Tree& tree, Node& node) {
  const auto run = read_run_directory(tree);
  std::map<std::string, Section> sections;  ///< by directory
  const auto read = [&](const std::string& path) {
    std::string problem;
    auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(std::move(problem));
    return text.value_or("");
  };
  for (const auto& path : tree.paths()) {
    if (!is_report(path)) continue;
    auto report = parse_xunit(read(path));
    auto& section = sections[std::string(directory_name(path))];
    if (node.kernel.empty()) node.kernel = report.kernel;
    if (!report.problem.empty()) node.problems.push_back(path + ": " + report.problem);
    // Our runner keeps the report of a pass that a crash ended, and knows what was planned.
    else if (report.open && !run.ours) node.problems.push_back(path + ": it was written before the last test ended");
    section.reported |= report.problem.empty() && !report.open;
    for (auto& one : report.cases) {
      if (!one.section.empty()) section.name = one.section;
      section.tests.add(std::move(one.test));
    }
  }
  for (const auto& path : tree.paths()) {
    if (base_name(path) != "check.log") continue;
    const std::string directory(directory_name(path));
    // With sections check writes one above them, too: that of all sections together.
    const bool above = !sections.count(directory) && std::any_of(sections.begin(), sections.end(), [&](const auto& entry) {
      return directory.empty() || entry.first.starts_with(directory + "/");
    });
    if (above) continue;
    auto& section = sections[directory];
    if (section.reported && !run.ours) continue;
    const std::string text = read(path);
    const auto log = parse_check_log(run.ours ? text : last_pass(text));
    if (!log.problem.empty()) node.problems.push_back(path + ": " + log.problem);
    for (const auto& test : log.tests) {
      if (!section.tests.has(test.name)) section.tests.add(test);
    }
  }
  std::erase_if(sections, [](const auto& entry) { return entry.second.tests.empty(); });
  for (auto& [directory, section] : sections) {
    if (section.name.empty() && sections.size() > 1) section.name = base_name(directory);
    const auto times = read_times(tree, (directory.empty() ? "" : directory + "/") + "check.time");
    for (auto& test : section.tests.take()) {
      if (const auto it = times.find(test.name); !test.seconds && test.verdict == Verdict::passed && it != times.end()) {
        test.seconds = it->second;
      }
      find_evidence(tree, directory, test);
      const std::string full = section.name + "/" + test.name;
      if (!section.name.empty() && (run.plans(full) || (sections.size() > 1 && !run.plans(test.name)))) test.name = full;
      node.tests.push_back(std::move(test));
    }
  }
}

}  // namespace kdevops::results
