// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-defconfig: defconfig, fragments and single settings -> .config, or the reason why not.
#include <cstdlib>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kconfig/defconfig.h"
#include "kconfig/dependencies.h"
#include "support/cli.h"
#include "support/error.h"
#include "support/files.h"
#include "support/process.h"

namespace {

using namespace kdevops;

struct Options {
  kconfig::Request request;
  std::string topdir = ".", names, base;
  std::vector<std::string> settings;
  bool sync = false;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int run(const Options& options) {
  support::RealFiles files(/*durable=*/false);
  support::RealProcesses processes;
  const auto menu = kconfig::Menu::read(files, options.request.kconfig, {".", options.topdir});
  // Two makes in one tree would otherwise share kconfig-conf's files.
  files.make_directories(options.request.scratch, 0755);
  const support::FileLock lock(options.request.scratch + "/.defconfig.lock");
  setenv("srctree", options.topdir.c_str(), /*overwrite=*/1);
  if (options.sync) {
    for (const auto& warning : kconfig::sync_config(menu, options.request, files, processes)) {
      fmt::print(stderr, "nixos-defconfig: {}\n", warning);
    }
    return 0;
  }
  std::vector<kconfig::Setting> settings;
  if (!options.base.empty()) {
    settings = kconfig::load_file(files, options.base, 0);
    for (auto& setting : settings) setting.required = false;
  } else {
    const auto places = kconfig::Places::of(options.topdir, environment("KDEVOPS_CONFIG_PATH"), environment("HOME"));
    settings = kconfig::load(files, places, options.names);
  }
  const auto last = settings.empty() ? 1 : settings.back().source + 1;
  for (const auto& text : options.settings) settings.push_back(kconfig::parse_setting(text, menu, last));
  kconfig::write_config(settings, menu, options.request, files, processes);
  fmt::print("{}: {}\n", options.request.output, options.base.empty() ? options.names : "updated");
  return 0;
}

std::function<int()> setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--kconfig", options->request.kconfig, "top Kconfig file")->capture_default_str();
  app.add_option("--output", options->request.output, "configuration to write")->capture_default_str();
  app.add_option("--topdir", options->topdir, "sources")->capture_default_str();
  app.add_option("--set", options->settings, "NAME=value that wins over every file (repeat)")
      ->allow_extra_args(false);
  auto* base = app.add_option("--base", options->base, "start from this configuration instead of a defconfig");
  app.add_flag("--sync", options->sync, "complete the configuration after an edit; refuse what cannot be")->excludes(base);
  app.add_option("name", options->names, "<defconfig>[+<fragment>...]")->excludes(base);
  return [options] {
    if (options->base.empty() && options->names.empty() && !options->sync) {
      throw support::Error(support::ExitCode::usage, "say which defconfig", "", "make help lists them");
    }
    return run(*options);
  };
}

const support::Tool tool{"nixos-defconfig",
                         "Write .config from a defconfig and fragments, and verify that all they ask for came true",
                         {{"", "", setup}}};

}  // namespace

int main(int argc, char** argv) { return support::run_tool(tool, argc, argv); }
