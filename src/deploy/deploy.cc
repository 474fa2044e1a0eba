// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/deploy.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "deploy/facts.h"
#include "deploy/remote.h"
#include "nix/build.h"
#include "nix/nix_cli.h"
#include "nix/prepare.h"
#include "support/error.h"
#include "support/parallel.h"

namespace kdevops::deploy {

using plan::Plan;
using plan::System;
using support::Error;
using support::ExitCode;
using support::Files;
using support::Processes;

namespace {

constexpr const char* hardware_file = "hardware-configuration.nix";
constexpr const char* boot_file = "boot-loader.nix";
constexpr const char* keys_file = "authorized_keys";

std::string host_directory(const Plan& plan, const std::string& host) {
  return fmt::format("{}/nixos/hosts/{}", plan.instance.tree, host);
}

std::vector<System> chosen_machines(const Plan& plan, const std::vector<std::string>& hosts) {
  std::vector<System> machines;
  std::string known;
  for (const auto& system : plan.systems) {
    if (system.backend != "machine") continue;
    known += (known.empty() ? "" : " ") + system.name;
    if (hosts.empty() || std::find(hosts.begin(), hosts.end(), system.name) != hosts.end()) machines.push_back(system);
  }
  if (known.empty()) {
    throw Error(ExitCode::configuration, "there is no machine to deploy to", "CONFIG_NIXOS_DEPLOY",
                "declare the hosts (CONFIG_KDEVOPS_USE_DECLARED_HOSTS) and set CONFIG_NIXOS_DEPLOY=y");
  }
  for (const auto& host : hosts) {
    const bool found = std::any_of(machines.begin(), machines.end(), [&](const System& s) { return s.name == host; });
    if (!found) throw Error(ExitCode::usage, "this machine is not among the declared hosts", host, "there are: " + known);
  }
  return machines;
}

/// Asks the machine for what nixos/hosts/<host>/ does not hold yet. What is there, is the user's.
/// Returns whether anything was missing.
bool first_contact(const std::string& directory, const std::string& host, const Facts& facts, const Remote& remote,
                   Files& files) {
  bool first = false;
  const auto keep = [&](const char* name, const std::string& text) {
    files.write(fmt::format("{}/{}", directory, name), text, 0644);
    first = true;
  };
  const auto missing = [&](const char* name) { return !files.exists(fmt::format("{}/{}", directory, name)); };
  if (missing(boot_file)) keep(boot_file, boot_loader_nix(facts, host));
  if (missing(keys_file)) {
    // Whoever could log in still can: NixOS forgets accounts that its configuration no longer names.
    std::string keys;
    for (const auto& key : facts.keys) keys += key + "\n";
    keep(keys_file, keys);
  }
  if (missing(hardware_file)) {
    // As root it also sees subvolumes.
    const auto text = remote.run(fmt::format("exec {}nixos-generate-config --show-hardware-config\n",
                                             facts.root ? "" : "sudo -n "));
    if (text.find('{') == std::string::npos) {
      throw Error(ExitCode::failed, "nixos-generate-config --show-hardware-config printed no configuration", host);
    }
    keep(hardware_file, text);
  }
  return first;
}

/// nixos-rebuild from PATH, or the one of the plan's nixpkgs.
std::vector<std::string> nixos_rebuild(const plan::Nix& nix, Processes& processes) {
  try {
    processes.run({.argv = {"nixos-rebuild", "--help"}});
    return {"nixos-rebuild"};
  } catch (const Error& e) {
    if (e.code() != ExitCode::host_not_ready) throw;
  }
  return {"nix", "--extra-experimental-features", "nix-command flakes", "run",
          (nix.nixpkgs_url.empty() ? "nixpkgs" : nix.nixpkgs_url) + "#nixos-rebuild", "--"};
}

void rebuild(const Plan& plan, const System& system, const Options& options, const Facts& facts, const Remote& remote,
             const std::vector<std::string>& program, Processes& processes) {
  support::Command command{.argv = program};
  const auto flake = fmt::format("path:{}#vm", nix::system_directory(plan, system));
  // Not the target's own nixos-rebuild, which --no-reexec avoids building: a test machine has none.
  for (const auto& word : {options.action, std::string("--no-reexec"), std::string("--flake"), flake,
                           std::string("--target-host"), remote.target()}) {
    command.argv.push_back(word);
  }
  if (!facts.root) command.argv.emplace_back("--sudo");
  command.environment["NIX_SSHOPTS"] = fmt::format("{}", fmt::join(remote.options(), " "));
  command.on_error_line = [&](const std::string& line) { fmt::print(stderr, "{}: {}\n", system.name, line); };
  const auto result = processes.run(command);
  if (result.status == 0) return;
  throw Error(ExitCode::failed, fmt::format("nixos-rebuild {} ended with status {}", options.action, result.status),
              system.name, "its log is above; to run it by hand:\n" + support::shell_quote(command.argv));
}

/// One machine on its way: what is known of it, or why it goes no further.
struct Progress {
  std::optional<Facts> facts;
  std::optional<Remote> remote;
  Verdict verdict;
};

}  // namespace

void complete_machine(const Plan& plan, const System& system, Files& files) {
  nix::prepare_system(plan, system, files);
  const auto from = host_directory(plan, system.name), to = nix::system_directory(plan, system);
  for (const char* name : {hardware_file, boot_file}) {
    const auto text = files.read(fmt::format("{}/{}", from, name));
    if (!text) {
      throw Error(ExitCode::configuration, fmt::format("there is no {} of this machine yet", name), system.name,
                  fmt::format("the first deployment asks for it: make deploy HOSTS={}; or put it into {}", system.name, from));
    }
    files.write_if_changed(fmt::format("{}/{}", to, name), *text);
  }
  const auto keys = fmt::format("{}/{}", to, keys_file);
  files.write_if_changed(keys, files.read_or_throw(keys) + files.read(fmt::format("{}/{}", from, keys_file)).value_or(""));
}

std::vector<Verdict> deploy(const Plan& plan, const Options& options, Files& files, Processes& processes) {
  const auto machines = chosen_machines(plan, options.hosts);
  if (plan.nix.standin) {
    throw Error(ExitCode::configuration, "the stand-in for nixpkgs makes guests only: it cannot be deployed",
                "CONFIG_NIXOS_NIXPKGS_URL", "leave it empty, or name a real nixpkgs");
  }
  if (!plan.nix.flakes) {
    throw Error(ExitCode::configuration, "deploying needs flakes", "CONFIG_NIXOS_USE_FLAKES", "set it to y");
  }
  nix::check_library(plan.nix.library, files);
  nix::NixCli cli(processes, plan.nix);
  const auto program = nixos_rebuild(plan.nix, processes);

  std::vector<Progress> all(machines.size());
  const auto attempt = [&](std::size_t i, const auto& step) {
    auto& [facts, remote, verdict] = all[i];
    verdict.host = machines[i].name;
    if (!verdict.failure.empty()) return;
    try {
      step(all[i]);
    } catch (const Error& e) {
      verdict.failure = e.what();
      verdict.hint = e.hint();
    } catch (const std::exception& e) {
      verdict.failure = e.what();
    }
  };
  support::in_parallel(machines.size(), static_cast<std::size_t>(options.jobs), [&](std::size_t i) {
    attempt(i, [&](Progress& machine) {
      const auto& host = machines[i].name;
      machine.remote.emplace(processes, plan.ssh, host, options.user);
      machine.facts = parse_facts(machine.remote->run(facts_script));
      check_deployable(*machine.facts, machines[i]);
      const auto directory = host_directory(plan, host);
      if (first_contact(directory, host, *machine.facts, *machine.remote, files)) machine.verdict.kept = directory;
    });
  });
  // One after the other: Nix locks the same library and nixpkgs for all of them.
  for (std::size_t i = 0; i < machines.size(); ++i) {
    attempt(i, [&](Progress&) {
      complete_machine(plan, machines[i], files);
      const auto directory = nix::system_directory(plan, machines[i]);
      // Anew each time: Nix goes on using the locked content of a library that has changed.
      const bool locked = files.exists(directory + "/flake.lock");
      cli.lock(directory, locked ? std::vector<std::string>{"nixos-flake"} : std::vector<std::string>{});
    });
  }
  support::in_parallel(machines.size(), static_cast<std::size_t>(options.jobs), [&](std::size_t i) {
    attempt(i, [&](Progress& machine) {
      rebuild(plan, machines[i], options, *machine.facts, *machine.remote, program, processes);
    });
  });
  std::vector<Verdict> verdicts;
  for (auto& machine : all) verdicts.push_back(std::move(machine.verdict));
  return verdicts;
}

}  // namespace kdevops::deploy
