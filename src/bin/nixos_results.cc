// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-results: what the workflows found, and what changed.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "results/compare.h"
#include "results/load.h"
#include "results/render.h"
#include "support/cli.h"
#include "support/files.h"

namespace {

using namespace kdevops;

struct Options {
  std::vector<std::string> directories;
  bool all = false, json = false;
  double threshold = results::default_threshold * 100;
  results::Which which() const { return all ? results::Which::all : results::Which::last; }
};

int summary(const Options& options) {
  const support::RealFiles files;
  std::vector<results::Run> runs;
  for (const auto& directory : options.directories) {
    auto more = results::load(files, directory, options.which());
    std::move(more.begin(), more.end(), std::back_inserter(runs));
  }
  fmt::print("{}", options.json ? results::summary_json(runs) : results::summary_text(runs, STDOUT_FILENO));
  const auto good = [](const results::Test& test) {
    return test.verdict == results::Verdict::passed || test.verdict == results::Verdict::skipped;
  };
  for (const auto& run : runs) {
    for (const auto& node : run.nodes) {
      if (!std::all_of(node.tests.begin(), node.tests.end(), good)) return 1;
    }
  }
  return 0;
}

int compare(const Options& options) {
  const support::RealFiles files;
  const auto& dirs = options.directories;
  const auto runs = results::load(files, dirs[0], options.which());
  const double threshold = options.threshold / 100;
  const auto c = dirs.size() == 1
                     ? results::compare_sides(runs, threshold)
                     : results::compare_runs(runs, results::load(files, dirs[1], options.which()), threshold);
  fmt::print("{}", options.json ? results::comparison_json(c) : results::comparison_text(c, STDOUT_FILENO));
  return c.regressed() || c.failed() ? 1 : 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("--all", options->all, "every run, not only the last");
  app.add_flag("--json", options->json, "print JSON instead of tables");
  return options;
}

std::function<int()> setup_summary(CLI::App& app) {
  auto options = common(app);
  app.add_option("directory", options->directories, "workflows/<w>/results, a run in it, or a node's part")->required();
  app.footer("Exit status: 0 everything passed or was skipped, 1 something failed or is truncated.");
  return [options] { return summary(*options); };
}

std::function<int()> setup_compare(CLI::App& app) {
  auto options = common(app);
  app.add_option("directory", options->directories, "one: its baseline against its dev nodes; two: before and after")
      ->required()->expected(1, 2);
  app.add_option("--threshold", options->threshold, "percent below which a difference is no finding")
      ->capture_default_str()->check(CLI::NonNegativeNumber);
  app.footer("Exit status: 0 no regression, 1 a regression or a failed or truncated test.");
  return [options] { return compare(*options); };
}

}  // namespace

int main(int argc, char** argv) {
  return kdevops::support::run_tool(
      {"nixos-results", "Summarise and compare the results of workflows",
       {{"summary", "What passed, what did not, and the numbers", setup_summary},
        {"compare", "Baseline against dev, or one run against another", setup_compare}}},
      argc, argv);
}
