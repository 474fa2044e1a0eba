// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-kernel: build the kernels of a plan, and tell what one lacks for a guest.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/build.h"
#include "kernel/guest.h"
#include "kernel/record.h"
#include "kernel/source.h"
#include "support/cli.h"
#include "support/error.h"
#include "support/files.h"

namespace {

using namespace kdevops;

enum class Stage { clone, configure, build, install, all };

struct Options {
  std::string plan = "nixos/generated/plan.json";
  std::vector<std::string> names;
  std::string file, record;
  kernel::Record entry;
  bool json = false, missing = false;
};

plan::Plan load(const Options& options, const support::Files& files) {
  return plan::from_json(files.read_or_throw(options.plan));
}

int make(const Options& options, Stage stage) {
  support::RealFiles real_files;
  support::Files& files = real_files;
  support::RealProcesses processes;
  const auto plan = load(options, files);
  auto refs = kernel::chosen_refs(plan, options.names);
  if (options.missing) std::erase_if(refs, [&](const auto& ref) { return files.exists(plan.linux.record(ref.name)); });
  if (refs.empty()) return 0;
  files.make_directories(plan.linux.build);
  // Two makes of one build directory would tear each other's objects apart.
  const support::FileLock lock(plan.linux.build + "/.lock");
  // Trees of one checkout share a clone: its sources must not change under a build.
  std::optional<support::FileLock> clone_lock;
  if (std::any_of(refs.begin(), refs.end(), [&](const auto& ref) { return !kernel::is_own_directory(plan.linux, ref); })) {
    clone_lock.emplace(plan.linux.tree + ".lock");
  }
  kernel::Builder builder(plan, files, processes);
  nlohmann::ordered_json records = nlohmann::ordered_json::object();
  for (const auto& ref : refs) {
    if (stage == Stage::clone || stage == Stage::all) builder.clone(ref, stage == Stage::clone);
    if (stage == Stage::configure) builder.configure(ref);
    if (stage == Stage::build || stage == Stage::all) builder.build(ref);
    if (stage == Stage::install || stage == Stage::all) {
      records[ref.name] = nlohmann::ordered_json::parse(kernel::to_json(builder.install(ref)));
    }
  }
  if (options.json) fmt::print("{}\n", records.dump(2));
  return 0;
}

int check(const Options& options) {
  support::RealFiles files;
  support::RealProcesses processes;
  std::string path = options.file;
  if (path.empty()) {
    if (options.record.empty()) {
      throw support::Error(support::ExitCode::usage, "say which kernel", {},
                           "a .config, an image built with CONFIG_IKCONFIG, or --record baseline");
    }
    const auto plan = load(options, files);
    path = kernel::load_record(plan.linux, kernel::chosen_refs(plan, {options.record}).front().name, files).config;
  }
  const auto all = kernel::missing(kernel::read_config(path, files, processes), {});
  if (options.json) {
    auto data = nlohmann::ordered_json::array();
    for (const auto& one : all) {
      data.push_back({{"symbol", one.symbol}, {"has", one.has}, {"needed", one.needed}, {"why", one.why}});
    }
    fmt::print("{}\n", data.dump(2));
  } else if (!all.empty()) {
    fmt::print("{}\n", kernel::describe(all));
  } else {
    fmt::print(stderr, "nixos-kernel: {}: has all that a guest without a disk image needs\n", path);
  }
  return all.empty() ? 0 : 1;
}

int record(const Options& options) {
  support::RealFiles real_files;
  support::Files& files = real_files;
  support::RealProcesses processes;
  const auto plan = load(options, files);
  const auto ref = kernel::chosen_refs(plan, options.names).front();
  auto entry = options.entry;
  for (auto* path : {&entry.image, &entry.config, &entry.modules, &entry.vmlinux, &entry.source, &entry.build}) {
    if (path->empty()) continue;
    *path = support::absolute_path(*path);
    if (!files.exists(*path)) throw support::Error(support::ExitCode::usage, "does not exist", *path);
  }
  const auto modules = entry.modules + "/" + entry.release;
  if (!files.exists(modules)) {
    throw support::Error(support::ExitCode::usage, "has no modules of this release", modules,
                         "--modules is the directory that holds <release>/ (an empty <release>/ will do for a kernel "
                         "without modules); --release is what make -s kernelrelease says");
  }
  const auto all = kernel::missing(kernel::read_config(entry.config, files, processes), {});
  if (!all.empty()) {
    fmt::print(stderr, "nixos-kernel: warning: a guest without a disk image needs more:\n{}\n", kernel::describe(all));
  }
  files.write(plan.linux.record(ref.name), kernel::to_json(entry));
  fmt::print(stderr, "nixos-kernel: {}: {} in {}\n", ref.name, entry.release, plan.linux.record(ref.name));
  return 0;
}

std::shared_ptr<Options> common(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--plan", options->plan, "the plan that nixos-gen wrote")->capture_default_str();
  return options;
}

std::function<std::function<int()>(CLI::App&)> stage(Stage which) {
  return [which](CLI::App& app) -> std::function<int()> {
    auto options = common(app);
    app.add_option("name", options->names, "baseline, dev; all of the configuration's when none is given");
    if (which == Stage::all) app.add_flag("--missing", options->missing, "only those that were never built");
    if (which == Stage::install || which == Stage::all) {
      app.add_flag("--json", options->json, "print what was installed: {name: {release, image, ...}}");
    }
    return [options, which] { return make(*options, which); };
  };
}

std::function<int()> setup_check(CLI::App& app) {
  auto options = common(app);
  app.add_option("file", options->file, "a kernel's .config, or an image built with CONFIG_IKCONFIG");
  app.add_option("--record", options->record, "the installed kernel of this name");
  app.add_flag("--json", options->json, "print [{symbol, has, needed, why}]");
  return [options] { return check(*options); };
}

std::function<int()> setup_record(CLI::App& app) {
  auto options = common(app);
  auto& entry = options->entry;
  app.add_option("name", options->names, "baseline or dev")->required()->expected(1);
  app.add_option("--release", entry.release, "what uname -r will say")->required();
  app.add_option("--image", entry.image, "bzImage, Image or Image.gz")->required();
  app.add_option("--config", entry.config, "its .config")->required();
  app.add_option("--modules", entry.modules, "directory that holds <release>/")->required();
  app.add_option("--vmlinux", entry.vmlinux, "with symbols, for gdb");
  app.add_option("--source", entry.source, "its tree");
  app.add_option("--build", entry.build, "its build directory, for the kernel's gdb scripts");
  return [options] { return record(*options); };
}

}  // namespace

int main(int argc, char** argv) {
  return kdevops::support::run_tool(
      {"nixos-kernel",
       "Build the kernels of a plan outside Nix, and check what guests need of one",
       {{"all", "fetch what is missing, configure, build, install", stage(Stage::all)},
        {"clone", "fetch the sources; branches are followed", stage(Stage::clone)},
        {"configure", "make .config from the fragments", stage(Stage::configure)},
        {"build", "compile", stage(Stage::build)},
        {"install", "put kernel and modules where guests boot them from", stage(Stage::install)},
        {"check", "list what a guest without a disk image needs and a kernel lacks", setup_check},
        {"record", "name a kernel built in another way as the one to boot", setup_record}}},
      argc, argv);
}
