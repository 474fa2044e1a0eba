// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/report_tool.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "results/load.h"
#include "results/report.h"
#include "support/files.h"

namespace kdevops::results {

namespace {

struct Options {
  std::vector<std::string> directories;
  std::string against, output, topdir = ".";
  bool all = false;
  double threshold = default_threshold * 100;
};

int report(const Options& options) {
  support::RealFiles files(/*durable=*/false);
  const std::string page_template = options.topdir + "/templates/report.html";
  ReportRequest request;
  for (const auto& directory : options.directories) {
    auto& source = request.results.emplace_back();
    source.newest = load(files, directory, options.against.empty() ? Which::newest : Which::last);
    if (options.all) source.all = load(files, directory, Which::all);
  }
  if (!options.against.empty()) request.before = load(files, options.against, options.all ? Which::all : Which::last);
  request.threshold = options.threshold / 100;
  const auto page = report_page(request, files.read_or_throw(page_template), page_template);
  if (options.output.empty()) fmt::print("{}", page);
  else files.write(options.output, page, 0644);
  return 0;
}

}  // namespace

std::function<int()> setup_report(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("directory", options->directories, "workflows/<w>/results, a run in it, or a node's part")->required();
  app.add_option("--output", options->output, "write the page here instead of to stdout");
  app.add_flag("--all", options->all, "with every run: the history, and noise between runs");
  app.add_option("--against", options->against, "results from before, to compare these with; without it dev nodes are "
                                                "compared with baseline nodes");
  app.add_option("--threshold", options->threshold, "percent below which a difference is no finding")
      ->capture_default_str()->check(CLI::NonNegativeNumber);
  app.add_option("--topdir", options->topdir, "the sources: templates/report.html")->capture_default_str();
  app.footer("Exit status: 0 the page is made, whatever it says; summary and compare give the verdict.");
  return [options] { return report(*options); };
}

}  // namespace kdevops::results
