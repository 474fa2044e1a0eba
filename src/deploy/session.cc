// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/session.h"

#include "nix/build.h"
#include "nix/flakeless.h"
#include "nix/nix_cli.h"
#include "nix/prepare.h"
#include "support/error.h"

namespace kdevops::deploy {

using plan::Plan;
using plan::System;
using support::Error;
using support::ExitCode;

namespace {

const System& chosen(const Plan& plan, const std::string& system) {
  if (!system.empty()) return plan.system(system);
  if (plan.systems.empty()) {
    throw Error(ExitCode::configuration, "this configuration has no NixOS system", "nixos/generated/plan.json",
                "choose a bring-up method in make menuconfig");
  }
  return plan.systems.front();
}

}  // namespace

std::vector<std::string> repl(const Plan& plan, const std::string& name, support::Files& files,
                              support::Processes& processes) {
  const auto& system = chosen(plan, name);
  auto alone = plan;
  alone.systems = {system};
  nix::lock_systems(alone, files, processes);
  const nix::NixCli nix(processes, plan.nix);
  std::vector<std::string> argv{"nix", "--extra-experimental-features", "nix-command flakes", "repl"};
  if (!plan.nix.flakes) {
    argv.insert(argv.end(), {"-I", "nixpkgs=" + nix::nixpkgs_search_path(plan.nix)});
  }
  // Since 2.10 its arguments are flakes.
  if (!nix::version_less(nix.version(), "2.10")) argv.emplace_back("--file");
  argv.push_back(nix::system_directory(plan, system) + "/repl.nix");
  return argv;
}

std::vector<std::string> test_driver(const Plan& plan, const std::string& name, support::Files& files,
                                     support::Processes& processes) {
  const auto& system = chosen(plan, name);
  const auto outs = nix::build_output(plan, "test-driver", {system.name}, files, processes);
  return {outs.at(system.name).out + "/bin/nixos-test-driver"};
}

}  // namespace kdevops::deploy
