// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdio>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nix/build.h"
#include "nix/verbs.h"
#include "support/files.h"

namespace kdevops::nix {

namespace {

struct Options {
  std::string plan = "nixos/generated/plan.json", output;
  std::vector<std::string> systems;
  bool json = false, lock_only = false;
};

/// A plan, and the lock without which two makes of one tree would lock and build over each other.
struct Locked {
  explicit Locked(const Options& options)
      : plan(plan::from_json(files.read_or_throw(options.plan))),
        lock(plan.instance.tree + "/nixos/generated/.build.lock") {
    if (plan.nix.standin && !options.lock_only) {
      fmt::print(stderr, "nixos-build: from the stand-in for nixpkgs: Debian packages in NixOS's clothes\n");
    }
  }
  support::RealFiles files;
  support::RealProcesses processes;
  plan::Plan plan;
  support::FileLock lock;
};

nlohmann::json describe(const Built& built) {
  if (!built.boot) return {{"out", built.out}, {"image", built.image}};
  return {{"toplevel", built.boot->toplevel},
          {"init", built.boot->init},
          {"initrd", built.boot->initrd},
          {"config_dir", built.directory}};
}

int build(const Options& options) {
  Locked here(options);
  if (options.lock_only) {
    lock_systems(here.plan, here.files, here.processes);
    return 0;
  }
  auto data = nlohmann::json::object();
  for (const auto& [name, built] : build_systems(here.plan, here.files, here.processes)) {
    data[name] = describe(built);
    fmt::print(stderr, "nixos-build: {}: {} {}\n", name, built.fresh ? "built" : "unchanged,",
               built.boot ? built.out : built.image);
  }
  if (options.json) fmt::print("{}\n", data.dump(2));
  return 0;
}

int output(const Options& options) {
  Locked here(options);
  const auto outs = build_output(here.plan, options.output, options.systems, here.files, here.processes);
  auto data = nlohmann::json::object();
  for (const auto& [name, made] : outs) {
    fmt::print(stderr, "nixos-build: {} of {}: {}\n", options.output, name, made.link);
    if (!options.json) fmt::print("{}\n", made.out);
    data[name] = made.out;
  }
  if (options.json) fmt::print("{}\n", data.dump(2));
  return 0;
}

void add_plan(CLI::App& app, Options& options) {
  app.add_option("--plan", options.plan, "the plan that nixos-gen wrote")->capture_default_str();
}

}  // namespace

support::Verb build_verb() {
  return {"", "", [](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            add_plan(app, *options);
            app.add_flag("--json", options->json,
                         "print {system: {out, image}}, or {system: {toplevel, init, initrd, config_dir}} without a disk");
            app.add_flag("--lock-only", options->lock_only, "write the lock files and build nothing");
            return [options] { return build(*options); };
          }};
}

support::Verb output_verb() {
  return {"output", "Build one output of each system and print its store path",
          [](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            add_plan(app, *options);
            app.add_option("output", options->output, "toplevel, image, vm, qcow2, raw, raw-efi, iso, test, test-driver")
                ->required();
            app.add_option("--system", options->systems, "only of this system (may be repeated)");
            app.add_flag("--json", options->json, "print {system: store path}");
            return [options] { return output(*options); };
          }};
}

}  // namespace kdevops::nix
