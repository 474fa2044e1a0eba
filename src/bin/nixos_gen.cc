// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-gen: .config -> every generated file of the tree.
#include <cstdio>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "emit/tree.h"
#include "kconfig/config.h"
#include "plan/planner.h"
#include "support/cli.h"
#include "support/error.h"
#include "support/files.h"

namespace {

using namespace kdevops;

struct Options {
  std::string config = ".config", topdir = ".", tree = ".", output, sources;
  bool check = false, plan = false, verbose = false;
};

std::string sources_of(const Options& options) {
  return support::absolute_path(options.sources.empty() ? options.topdir : options.sources);
}

plan::Plan plan_of(const Options& options, const support::Files& files) {
  const auto text = files.read(options.config);
  if (!text) {
    throw support::Error(support::ExitCode::configuration, "there is no such file", options.config,
                         "make one: make menuconfig, or make defconfig-nixos");
  }
  const auto topdir = support::absolute_path(options.topdir);
  return plan::make_plan(kconfig::Config::parse(*text, options.config),
                         plan::read_workflows(files, sources_of(options) + "/workflows"),
                         {topdir, support::absolute_path(options.tree)});
}

int generate(const Options& options) {
  support::RealFiles files(/*durable=*/false);
  const auto plan = plan_of(options, files);
  if (options.plan) {
    fmt::print("{}", plan::to_json(plan));
    return 0;
  }
  const auto root = options.output.empty() ? plan.instance.tree : support::absolute_path(options.output);
  const auto tree = emit::generate(plan, files, sources_of(options));
  const auto changes = options.check ? emit::compare(tree, files, root) : emit::commit(tree, files, root);
  if (options.check || options.verbose) {
    for (const auto& path : changes.written) fmt::print("write {}\n", path);
    for (const auto& path : changes.removed) fmt::print("remove {}\n", path);
  }
  return options.check && !changes.empty() ? 1 : 0;
}

std::function<int()> setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--config", options->config, "the .config to read")->capture_default_str();
  app.add_option("--topdir", options->topdir, "the sources: templates/, workflows/, nixos/")->capture_default_str();
  app.add_option("--tree", options->tree, "the tree whose identity the files carry")->capture_default_str();
  app.add_option("--output", options->output, "write below this directory instead of the tree");
  app.add_option("--sources", options->sources, "read templates/ and workflows/ below this directory instead of topdir");
  app.add_flag("--check", options->check, "write nothing; list what would change and exit 1 if anything would");
  app.add_flag("--plan", options->plan, "print the plan as JSON and write nothing");
  app.add_flag("-v,--verbose", options->verbose, "list the files that changed");
  return [options] { return generate(*options); };
}

}  // namespace

int main(int argc, char** argv) {
  return kdevops::support::run_tool(
      {"nixos-gen", "Generate Nix, Ansible, SSH and libvirt files from .config", {{"", "", setup}}},
      argc, argv);
}
