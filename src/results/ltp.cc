// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/ltp.h"

#include <algorithm>

#include <fmt/format.h>

#include "results/collection.h"
#include "results/run_directory.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

bool in(std::string_view path, std::string_view directory) { return parent_name(path) == directory; }

/// "LTP_RUN_ON-2026_11_21-09h_38m_05s.log"
bool is_dated(std::string_view path) { return base_name(path).starts_with("LTP_RUN_ON"); }

bool is_log(std::string_view path) { return path.ends_with(".log") && (in(path, "results") || is_dated(path)); }

bool is_output(std::string_view path) {
  return (in(path, "output") || is_dated(path)) && !path.ends_with(".log") && !path.ends_with(".failed") &&
         !path.ends_with(".tconf");
}

/// The files of one kind that count. They are sorted: a directory's newest is the last.
std::vector<std::string> files_of(const Tree& tree, bool ours, bool (*is_kind)(std::string_view)) {
  std::vector<std::string> found;
  for (const auto& path : tree.paths()) {
    if (!is_kind(path)) continue;
    const bool newer = !ours && is_dated(path) && !found.empty() && is_dated(found.back()) &&
                       directory_name(found.back()) == directory_name(path);
    if (newer) found.back() = path;
    else found.push_back(path);
  }
  return found;
}

/// "fs/results/a.log" and kdevops's "fs/a.log" are of group fs; "" when the node is one group.
std::string group_of(std::string_view path) {
  const auto directory = directory_name(path);
  const bool sorted = in(path, "results") || in(path, "output");
  return std::string(sorted ? parent_name(directory) : base_name(directory));
}

std::string full_name(const std::string& group, const std::string& tag) {
  return group.empty() ? tag : group + "/" + tag;
}

void add_output(const LtpOutput& output, const std::string& path, Test& test) {
  test.evidence = path;
  if (!test.seconds) test.seconds = output.seconds;
  if (output.signaled && is_bad(test.verdict)) test.reason = fmt::format("killed by signal {}", output.status);
  if (test.verdict == Verdict::passed || output.complaint.empty()) return;
  test.reason = output.complaint;
  if (is_bad(test.verdict)) test.excerpt = output.output;
}

}  // namespace

bool holds_ltp(const Tree& tree) { return std::any_of(tree.paths().begin(), tree.paths().end(), is_log); }

void read_ltp(const Tree& tree, Node& node) {
  const auto run = read_run_directory(tree);
  const auto read = [&](const std::string& path) {
    std::string problem;
    auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(std::move(problem));
    return text.value_or("");
  };
  std::map<std::string, std::pair<std::string, LtpOutput>> outputs;  ///< by full name, with the file
  for (const auto& path : files_of(tree, run.ours, is_output)) {
    for (auto& [tag, output] : parse_ltp_output(read(path))) {
      outputs[full_name(group_of(path), tag)] = {path, std::move(output)};
    }
  }
  Collection tests;
  for (const auto& path : files_of(tree, run.ours, is_log)) {
    auto log = parse_ltp_log(read(path));
    if (!log.problem.empty()) node.problems.push_back(path + ": " + log.problem);
    // A pass that a crash ended has no end; our runner knows what was planned.
    if (log.open && !run.ours) node.problems.push_back(path + ": cut: the table has no end");
    for (auto& test : log.tests) {
      test.name = full_name(group_of(path), test.name);
      test.evidence = is_bad(test.verdict) ? path : "";
      if (const auto it = outputs.find(test.name); it != outputs.end()) add_output(it->second.second, it->second.first, test);
      tests.add(std::move(test));
    }
  }
  for (const auto& [name, output] : outputs) {
    if (tests.has(name) || !output.second.ended) continue;
    // It ended, and pan was ended before it wrote the line of the log.
    Test test{name, Verdict::truncated, "its output ends, its result is missing", {}, output.second.seconds, output.first, output.second.output};
    if (output.second.status != 0) {
      test.verdict = Verdict::failed;
      test.reason = output.second.complaint.empty() ? ltp_status(output.second.status) : output.second.complaint;
    }
    tests.add(std::move(test));
  }
  node.tests = tests.take();
}

}  // namespace kdevops::results
