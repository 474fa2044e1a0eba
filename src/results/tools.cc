// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/tools.h"

#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "results/compare.h"
#include "results/load.h"
#include "results/render.h"
#include "support/files.h"

namespace kdevops::results {

namespace {

struct Options {
  std::vector<std::string> directories;
  std::string junit;
  bool all = false, json = false;
  double threshold = default_threshold * 100;
};

int summary(const Options& options) {
  support::RealFiles files(/*durable=*/false);
  std::vector<Run> runs;
  for (const auto& directory : options.directories) {
    auto more = load(files, directory, options.all ? Which::all : Which::last);
    std::move(more.begin(), more.end(), std::back_inserter(runs));
  }
  if (!options.junit.empty()) files.write(options.junit, summary_junit(runs), 0644);
  fmt::print("{}", options.json ? summary_json(runs) : summary_text(runs, STDOUT_FILENO));
  return exit_status(runs);
}

int compare(const Options& options) {
  const support::RealFiles files;
  const auto& dirs = options.directories;
  const double threshold = options.threshold / 100;
  // Of one directory, a node's newest run: baseline and dev nodes need not have run together. Of
  // two, the last run of each.
  const auto which = options.all ? Which::all : dirs.size() == 1 ? Which::newest : Which::last;
  const auto runs = load(files, dirs[0], which);
  const auto c = dirs.size() == 1 ? compare_sides(runs, threshold)
                                  : compare_runs(runs, load(files, dirs[1], which), threshold);
  fmt::print("{}", options.json ? comparison_json(c) : comparison_text(c, STDOUT_FILENO));
  return exit_status(c);
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("--all", options->all, "every run, not only the last");
  app.add_flag("--json", options->json, "print JSON instead of tables");
  return options;
}

}  // namespace

std::function<int()> setup_summary(CLI::App& app) {
  auto options = common(app);
  app.add_option("directory", options->directories, "workflows/<w>/results, a run in it, or a node's part")->required();
  app.add_option("--junit", options->junit, "also write JUnit XML here, for a CI")->type_name("FILE");
  app.footer("Exit status: 0 everything passed or was skipped; 1 something failed, has no result, or the results "
             "are broken; 6 a guest crashed or hung.");
  return [options] { return summary(*options); };
}

std::function<int()> setup_compare(CLI::App& app) {
  auto options = common(app);
  app.add_option("directory", options->directories,
                 "one: the newest run of its baseline nodes against that of its dev nodes; two: before and after")
      ->required()->expected(1, 2);
  app.add_option("--threshold", options->threshold, "percent below which a difference is no finding")
      ->capture_default_str()->check(CLI::NonNegativeNumber);
  app.footer("Exit status: 0 no regression (what fails on both sides is none); 1 a regression, or nothing can be "
             "concluded because results are broken or nothing passed on both sides; 6 a guest crashed or hung that "
             "did not before.");
  return [options] { return compare(*options); };
}

}  // namespace kdevops::results
