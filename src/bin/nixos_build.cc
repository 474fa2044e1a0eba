// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-build: lock and build the systems of a plan.
#include <cstdio>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nix/build.h"
#include "support/cli.h"
#include "support/files.h"

namespace {

using namespace kdevops;

struct Options {
  std::string plan = "nixos/generated/plan.json";
  bool json = false, lock_only = false;
};

nlohmann::json describe(const nix::Built& built) {
  if (!built.boot) return {{"out", built.out}, {"image", built.image}};
  return {{"toplevel", built.boot->toplevel},
          {"init", built.boot->init},
          {"initrd", built.boot->initrd},
          {"config_dir", built.directory}};
}

int build(const Options& options) {
  support::RealFiles files;
  support::RealProcesses processes;
  const auto plan = plan::from_json(files.read_or_throw(options.plan));
  // Two makes of one tree must not lock and build over each other.
  const support::FileLock lock(plan.instance.tree + "/nixos/generated/.build.lock");
  if (options.lock_only) {
    nix::lock_systems(plan, files, processes);
    return 0;
  }
  if (plan.nix.standin) {
    fmt::print(stderr, "nixos-build: from the stand-in for nixpkgs: Debian packages in NixOS's clothes\n");
  }
  nlohmann::json data = nlohmann::json::object();
  for (const auto& [name, built] : nix::build_systems(plan, files, processes)) {
    data[name] = describe(built);
    fmt::print(stderr, "nixos-build: {}: {} {}\n", name, built.fresh ? "built" : "unchanged,",
               built.boot ? built.out : built.image);
  }
  if (options.json) fmt::print("{}\n", data.dump(2));
  return 0;
}

std::function<int()> setup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--plan", options->plan, "the plan that nixos-gen wrote")->capture_default_str();
  app.add_flag("--json", options->json, "print {system: {out, image}}");
  app.add_flag("--lock-only", options->lock_only, "write the lock files and build nothing");
  return [options] { return build(*options); };
}

}  // namespace

int main(int argc, char** argv) {
  return kdevops::support::run_tool(
      {"nixos-build", "Lock and build the NixOS systems of a plan", {{"", "", setup}}}, argc, argv);
}
