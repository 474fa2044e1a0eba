// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/verbs.h"

#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "deploy/deploy.h"
#include "deploy/run.h"
#include "deploy/session.h"
#include "support/kvm_probe.h"

namespace kdevops::deploy {

namespace {

constexpr const char* default_plan = "nixos/generated/plan.json";

void add_plan(CLI::App& app, std::string& plan) {
  app.add_option("--plan", plan, "the plan that nixos-gen wrote")->default_val(default_plan);
}

/// Two makes of one tree must not lock and build over each other.
support::FileLock build_lock(const plan::Plan& plan) {
  return support::FileLock(plan.instance.tree + "/nixos/generated/.build.lock");
}

int run_deploy(const std::string& plan_file, const Options& options) {
  support::RealFiles files;
  support::RealProcesses processes;
  const auto plan = plan::from_json(files.read_or_throw(plan_file));
  const auto lock = build_lock(plan);
  int failures = 0;
  for (const auto& verdict : deploy(plan, options, files, processes)) {
    if (!verdict.kept.empty()) fmt::print("        {}: kept its own configuration in {}\n", verdict.host, verdict.kept);
    if (verdict.failure.empty()) {
      fmt::print("ok      {}\n", verdict.host);
      continue;
    }
    ++failures;
    fmt::print("failed  {}: {}\n", verdict.host, verdict.failure);
    std::string hint = "        " + verdict.hint;
    for (std::size_t at = 0; (at = hint.find('\n', at)) != std::string::npos;) hint.insert(++at, "        ");
    if (!verdict.hint.empty()) fmt::print("{}\n", hint);
  }
  return failures == 0 ? 0 : 1;
}

/// Whether QEMU must be kept from this host's KVM.
bool must_emulate(const plan::Plan& plan) {
  if (plan.libvirt.accelerator != "auto") return plan.libvirt.accelerator == "tcg";
  const auto probe = support::probe_kvm();
  if (!probe.works) fmt::print(stderr, "nixos-build: emulated, which is slow: {}\n", probe.reason);
  return !probe.works;
}

int run_machine(const std::string& plan_file, RunOptions options) {
  support::RealFiles files;
  support::RealProcesses processes;
  const auto plan = plan::from_json(files.read_or_throw(plan_file));
  options.emulate = must_emulate(plan);
  const auto run = [&] {
    const auto lock = build_lock(plan);
    return prepare_run(plan, options, files, processes);
  }();
  fmt::print(stderr, "nixos-build: running {}\n  state   {}; `make nixos-run-clean` removes it\n"
             "  log in  ssh -p {} -i {} {}@127.0.0.1\n  stop    poweroff inside{}\n",
             run.argv.front(), run.disk, run.ssh_port, plan.ssh.key, plan.ssh.user,
             options.graphic ? "" : ", or Ctrl-A X");
  for (const auto& [name, value] : run.environment) setenv(name.c_str(), value.c_str(), 1);
  support::replace_process(run.argv);
}

int run_clean(const std::string& plan_file, const std::string& node) {
  support::RealFiles files;
  const auto plan = plan::from_json(files.read_or_throw(plan_file));
  for (const auto& path : clean_runs(plan, node, files)) fmt::print("removed {}\n", path);
  return 0;
}

using Session = std::vector<std::string> (*)(const plan::Plan&, const std::string&, support::Files&,
                                            support::Processes&);

/// A verb that prepares a session for one system and becomes it.
support::Verb session_verb(const char* name, const char* help, Session prepare) {
  return {name, help, [prepare](CLI::App& app) -> std::function<int()> {
            auto system = std::make_shared<std::string>();
            auto plan_file = std::make_shared<std::string>();
            app.add_option("--system", *system, "the system; default: the first");
            add_plan(app, *plan_file);
            return [=]() -> int {
              support::RealFiles files;
              support::RealProcesses processes;
              const auto plan = plan::from_json(files.read_or_throw(*plan_file));
              const auto argv = [&] {
                const auto lock = build_lock(plan);
                return prepare(plan, *system, files, processes);
              }();
              support::replace_process(argv);
            };
          }};
}

}  // namespace

support::Verb repl_verb() { return session_verb("repl", "Start nix repl with a system's config, options and pkgs", repl); }

support::Verb test_driver_verb() {
  return session_verb("test-driver", "Start a Python session with the machines of the fleet's test", test_driver);
}

support::Verb deploy_verb() {
  return {"deploy", "Give machines that run NixOS the fleet's configuration", [](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            auto plan = std::make_shared<std::string>();
            app.add_option("hosts", options->hosts, "declared hosts; all of them by default");
            add_plan(app, *plan);
            app.add_option("--user", options->user, "log in as; default: the fleet's user, then ~/.ssh/config's");
            app.add_option("--action", options->action, "what nixos-rebuild does there")
                ->check(CLI::IsMember({"switch", "boot", "test", "dry-activate"}))
                ->capture_default_str();
            app.add_option("--jobs", options->jobs, "machines at a time")->check(CLI::Range(1, 64))->capture_default_str();
            return [=] { return run_deploy(*plan, *options); };
          }};
}

support::Verb run_verb() {
  return {"run", "Run a node's system in QEMU, without libvirt", [](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<RunOptions>();
            auto plan = std::make_shared<std::string>();
            app.add_option("node", options->node, "the node; default: the first");
            app.add_option("arguments", options->arguments, "further arguments for QEMU, behind --");
            add_plan(app, *plan);
            app.add_option("--kernel", options->kernel, "boot this kernel image instead of the system's");
            app.add_flag("--graphic", options->graphic, "open a window instead of using the terminal");
            return [=] { return run_machine(*plan, *options); };
          }};
}

support::Verb run_clean_verb() {
  return {"run-clean", "Remove what `run` keeps", [](CLI::App& app) -> std::function<int()> {
            auto node = std::make_shared<std::string>();
            auto plan = std::make_shared<std::string>();
            app.add_option("node", *node, "the node; default: all");
            add_plan(app, *plan);
            return [=] { return run_clean(*plan, *node); };
          }};
}

}  // namespace kdevops::deploy
