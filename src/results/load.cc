// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/load.h"

#include <filesystem>

#include "results/record.h"
#include "results/suites.h"
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

Node read_node(const Files& files, const std::string& directory, const Suite& suite) {
  Node node;
  node.name = name_of(directory);
  node.suite = suite.name;
  node.directory = directory;
  node.dev = node.name.ends_with("-dev");
  if (const auto record = read_record(files, directory)) {
    if (!record->node.empty()) node.name = record->node;
    node.dev = record->role.empty() ? node.name.ends_with("-dev") : record->role == "dev";
    node.kernel = record->kernel;
    node.settings = record->settings;
  }
  suite.read(files, directory, node);
  return node;
}

/// The nodes directly below a run's directory.
Run read_run(const Files& files, const std::string& directory) {
  Run run{name_of(directory), {}};
  for (const auto& name : files.list(directory)) {
    const std::string below = directory + "/" + name;
    if (!is_directory(files, below)) continue;
    if (const Suite* suite = suite_of(files, below)) {
      run.nodes.push_back(read_node(files, below, *suite));
    }
  }
  return run;
}

std::vector<Run> read_runs(const Files& files, const std::string& directory) {
  std::vector<Run> runs;
  for (const auto& name : files.list(directory)) {
    const std::string below = directory + "/" + name;
    // Links (last-run, <node>) lead to runs that are listed under their own names.
    if (name == "last-run" || !is_directory(files, below) || suite_of(files, below)) continue;
    if (auto run = read_run(files, below); !run.nodes.empty()) runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace

std::vector<Run> load(const Files& files, const std::string& directory, Which which) {
  if (!is_directory(files, directory)) {
    throw support::Error(support::ExitCode::usage, "there is no such directory", directory,
                         "Results are in workflows/<workflow>/results; `make <workflow>-results` "
                         "collects them.");
  }
  if (const Suite* suite = suite_of(files, directory)) {
    return {Run{name_of(directory), {read_node(files, directory, *suite)}}};
  }
  std::vector<Run> runs;
  const std::string last = directory + "/last-run";
  if (which == Which::all) runs = read_runs(files, directory);
  if (runs.empty() && is_directory(files, last)) runs.push_back(read_run(files, last));
  if (runs.empty()) runs.push_back(read_run(files, directory));
  if (runs.back().nodes.empty()) {
    std::string marks;
    for (const auto& suite : suites()) {
      for (const char* mark : suite.marks) marks += std::string(marks.empty() ? "" : ", ") + mark;
    }
    throw support::Error(support::ExitCode::failed, "no results of any known suite", directory,
                         "Looked for <node>/ and <run>/<node>/ with one of: " + marks + ".");
  }
  return runs;
}

}  // namespace kdevops::results
