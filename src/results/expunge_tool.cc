// SPDX-License-Identifier: GPL-2.0-or-later
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "results/expunge.h"
#include "results/load.h"
#include "results/tools.h"
#include "results/tree.h"
#include "results/words.h"
#include "support/error.h"
#include "support/files.h"
#include "support/terminal.h"

namespace kdevops::results {

namespace {

struct Options {
  std::string directory, lists;
  bool yes = false;
};

/// workflows/<w>/expunges stands beside workflows/<w>/results.
std::string lists_of(const Options& options) {
  if (!options.lists.empty()) return options.lists;
  std::string_view results = options.directory;
  while (results.ends_with('/')) results.remove_suffix(1);
  if (base_name(results) == "results") return std::string(results.substr(0, results.size() - 7)) + "expunges";
  throw support::Error(support::ExitCode::usage, "it is not clear which lists are meant", options.directory,
                       "Name workflows/<w>/results, or the lists: --list workflows/<w>/expunges");
}

bool confirmed() {
  if (!support::is_terminal(STDIN_FILENO) || !support::is_terminal(STDOUT_FILENO)) return false;
  fmt::print("Add them? [y/N] ");
  std::fflush(stdout);
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

void show(const ExpungeChange& change) {
  const std::string diff = unified_diff(change);
  std::string_view rest = diff;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string line(rest.substr(0, end));
    const auto style = line.starts_with('+') ? support::Style::green
                       : line.starts_with('-') ? support::Style::red
                                               : support::Style::plain;
    fmt::print("{}\n", support::styled(line, style, STDOUT_FILENO));
    rest.remove_prefix(end + 1);
  }
}

int expunge(const Options& options) {
  support::RealFiles files;
  const std::string lists = lists_of(options);
  const auto changes = expunge_changes(files, load(files, options.directory, Which::newest), lists);
  if (changes.empty()) {
    fmt::print(stderr, "no new failure: every test that failed is on a list already\n");
    return 0;
  }
  std::size_t tests = 0;
  for (const auto& change : changes) {
    show(change);
    tests += change.added.size();
  }
  if (!options.yes && !confirmed()) {
    fmt::print(stderr, "nothing is written: --yes (make: YES=1) adds {}\n", counted(tests, "test", "tests"));
    return 0;
  }
  for (const auto& change : changes) files.write(change.path, change.after, 0644);
  fmt::print(stderr, "{} added to {}\n", counted(tests, "test", "tests"), counted(changes.size(), "list", "lists"));
  return 0;
}

}  // namespace

std::function<int()> setup_expunge(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("directory", options->directory, "workflows/<w>/results, a run in it, or a node's part")->required();
  app.add_option("--list", options->lists, "where the lists are; default: expunges beside results")->type_name("DIRECTORY");
  app.add_flag("--yes", options->yes, "add them without asking");
  app.footer("Shows what it would add as a diff; asks on a terminal; writes nothing without a yes.");
  return [options] { return expunge(*options); };
}

}  // namespace kdevops::results
