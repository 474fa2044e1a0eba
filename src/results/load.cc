// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/load.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "results/record.h"
#include "results/run_directory.h"
#include "results/suites.h"
#include "results/text.h"
#include "support/error.h"

namespace kdevops::results {

namespace {

using support::Files;

bool is_directory(const Files& files, const std::string& path) { return files.exists(path + "/."); }

/// Last part of a path, links followed: "results/last-run" is called "20261121T031502Z".
std::string name_of(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(path, error);
  return (error || !real.has_filename() ? std::filesystem::path(path) : real).filename().string();
}

/// "20261121T031502Z"
bool is_run_id(const std::string& name) {
  if (name.size() != 16 || name[8] != 'T' || name[15] != 'Z') return false;
  const auto digits = name.substr(0, 8) + name.substr(9, 6);
  return digits.find_first_not_of("0123456789") == std::string::npos;
}

/// The results of one node; nothing when `tree` holds none.
std::optional<Node> read_node(const Tree& tree) {
  std::string problem;
  const auto record = read_record(tree.files(), tree.directory(), problem);
  const Suite* suite = suite_of(tree, record);
  const auto run = read_run_directory(tree);
  if (suite == nullptr && !run.ours && !record && problem.empty()) return std::nullopt;
  Node node;
  node.name = one_line(name_of(tree.directory()));
  node.suite = suite != nullptr ? suite->name : "unknown";
  node.directory = tree.directory();
  node.dev = node.name.ends_with("-dev");
  if (record) {
    if (!record->node.empty()) node.name = one_line(record->node);
    // A workflow of the user's own that writes TAP is called by its own name.
    if (!record->suite.empty()) node.suite = one_line(record->suite);
    node.dev = record->role.empty() ? node.name.ends_with("-dev") : record->role == "dev";
    node.kernel = one_line(record->kernel);
    node.section = one_line(record->test);
    node.settings = record->settings;
  }
  if (!problem.empty()) node.problems.push_back(problem);
  if (suite != nullptr) suite->read(tree, node);
  else node.problems.push_back("no results of a known suite, and run.json does not say \"format\": \"tap\"");
  complete(tree, run, record, node);
  return node;
}

/// The nodes directly below a run's directory, without those whose names are in `seen`.
Run read_run(const Files& files, const std::string& directory, const std::set<std::string>& seen = {}) {
  Run run{name_of(directory), {}};
  for (const auto& name : files.list(directory)) {
    const std::string below = directory + "/" + name;
    if (seen.count(name) > 0 || !is_directory(files, below)) continue;
    if (auto node = read_node(Tree(files, below))) run.nodes.push_back(std::move(*node));
  }
  return run;
}

/// The runs of a results directory, oldest first.
std::vector<Run> read_runs(const Files& files, const std::string& directory, Which which) {
  auto names = files.list(directory);
  std::erase_if(names, [](const auto& name) { return !is_run_id(name); });
  std::vector<Run> runs;
  std::set<std::string> seen;
  for (auto it = names.rbegin(); it != names.rend(); ++it) {
    const std::string below = directory + "/" + *it;
    auto run = read_run(files, below, seen);
    if (which == Which::newest) {
      for (auto& name : files.list(below)) seen.insert(std::move(name));
    }
    if (!run.nodes.empty()) runs.push_back(std::move(run));
    if (which == Which::last && !runs.empty()) break;
  }
  std::reverse(runs.begin(), runs.end());
  return runs;
}

/// Its own files, not those of directories below it, are results.
bool is_node(const Files& files, const std::string& directory) {
  const Tree own(files, directory, 1);
  return own.has("run.json") || own.has("runner.sh") || own.has("tests") || own.has("crashed") || suite_of(own, std::nullopt) != nullptr;
}

}  // namespace

std::vector<Run> load(const Files& files, const std::string& directory, Which which) {
  if (!is_directory(files, directory)) {
    throw support::Error(support::ExitCode::usage, "there is no such directory", directory,
                         "Results are in workflows/<workflow>/results; `make <workflow>-results` "
                         "collects them.");
  }
  std::vector<Run> runs;
  const auto add = [&](Run run) {
    if (!run.nodes.empty()) runs.push_back(std::move(run));
  };
  if (!is_node(files, directory)) {
    const std::string last = directory + "/last-run";
    // The link, not the largest name: a run that was collected again is not the last one.
    if (which == Which::last && is_directory(files, last)) add(read_run(files, last));
    if (runs.empty()) runs = read_runs(files, directory, which);
    if (runs.empty() && is_directory(files, last)) add(read_run(files, last));
    if (runs.empty()) add(read_run(files, directory));
  }
  if (runs.empty()) {
    if (auto node = read_node(Tree(files, directory))) add(Run{name_of(directory), {std::move(*node)}});
  }
  if (runs.empty()) {
    std::string marks;
    for (const auto& suite : suites()) marks += std::string(marks.empty() ? "" : "; ") + suite.files;
    throw support::Error(support::ExitCode::failed, "no results of any known suite", directory,
                         "Looked for <node>/ and <run>/<node>/ with one of: " + marks + ".");
  }
  return runs;
}

}  // namespace kdevops::results
