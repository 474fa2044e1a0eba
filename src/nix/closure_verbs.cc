// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdio>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nix/build.h"
#include "nix/closure.h"
#include "nix/prepare.h"
#include "nix/verbs.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::nix {

using support::Error;
using support::ExitCode;

namespace {

struct Options {
  std::string request, system, step, directory = "nixos/generated/closures", library, nixpkgs,
      plan = "nixos/generated/plan.json", topdir = ".";
  bool update_lock = false;

  bool wants(const char* name) const { return step.empty() || step == name; }
};

using Json = nlohmann::ordered_json;

Json describe(const Bootspec& boot, const std::string& directory) {
  return {{"toplevel", boot.toplevel}, {"init", boot.init}, {"initrd", boot.initrd}, {"config_dir", directory}};
}

/// Both files, for whoever reads the log of a failed evaluation.
void show(const std::string& directory, const RenderedClosure& rendered) {
  fmt::print(stderr, "# {0}/flake.nix\n{1}\n# {0}/default.nix\n{2}\n", directory, rendered.flake_nix,
             rendered.default_nix);
}

Json render_result(const std::string& directory) {
  return {{"config_dir", directory}, {"flake", directory + "/flake.nix"}, {"default", directory + "/default.nix"}};
}

Json lock_result(const std::string& directory) {
  return {{"config_dir", directory}, {"lock", directory + "/flake.lock"}};
}

/// The library and nixpkgs of the configured tree, if there is one, unless told otherwise.
plan::Nix nix_settings(const Options& options, const std::string& topdir, const support::Files& files) {
  plan::Nix nix;
  nix.library = topdir + "/nixos/flake";
  if (const auto text = files.read(options.plan)) nix = plan::from_json(*text).nix;
  if (!options.library.empty()) nix.library = support::absolute_path(options.library);
  if (!options.nixpkgs.empty()) {
    auto url = options.nixpkgs;
    if (url.starts_with('/')) url = "path:" + url;
    if (url.starts_with("path:") && url[5] != '/') {
      if (url[5] == '~') throw Error(ExitCode::usage, "path: does not expand ~", url, "give the absolute path");
      url = "path:" + support::absolute_path(topdir + "/" + url.substr(5));
    }
    nix.nixpkgs_url = url;
    nix.standin = url == "path:" + topdir + "/nixos/standin";
  }
  nix.flakes = true;
  return nix;
}

int request_closure(const Options& options) {
  support::RealFiles files;
  support::RealProcesses processes;
  std::string text = "{}", name = "{}";
  if (options.request == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
    name = "standard input";
  } else if (!options.request.empty()) {
    text = files.read_or_throw(options.request);
    name = options.request;
  }
  const auto request = plan::parse_closure_request(text, name);
  const auto topdir = support::absolute_path(options.topdir);
  const auto settings = nix_settings(options, topdir, files);
  const auto parent = support::absolute_path(options.directory);
  const auto directory = closure_directory(parent, request.system.name);
  check_library(settings.library, files);
  std::optional<NixCli> nix;
  if (options.step != "render") nix.emplace(processes, settings);

  files.make_directories(parent, 0755);
  const support::FileLock lock(fmt::format("{}/.{}.lock", parent, request.system.name));
  Json result;
  if (options.wants("render")) {
    show(directory, render_closure(request, settings, directory, topdir, files));
    result = render_result(directory);
  }
  if (options.wants("lock")) {
    lock_closure(request.system, directory, options.update_lock || request.update_lock, files, *nix);
    result = lock_result(directory);
  }
  if (options.wants("build")) result = describe(build_closure(directory, files, *nix), directory);
  fmt::print("{}\n", result.dump(2));
  return 0;
}

int system_closure(const Options& options) {
  support::RealFiles files;
  support::RealProcesses processes;
  const auto plan = plan::from_json(files.read_or_throw(options.plan));
  const auto& system = plan.system(options.system);
  if (system.backend != "imageless") {
    throw Error(ExitCode::usage, fmt::format("a {} system is no closure that a guest boots from outside", system.backend),
                system.name, "build its toplevel: nixos-build output toplevel --system " + system.name);
  }
  const auto directory = system_directory(plan, system);
  const support::FileLock lock(plan.instance.tree + "/nixos/generated/.build.lock");
  Json result;
  if (options.wants("render")) {
    // nixos-gen rendered it from .config.
    prepare_system(plan, system, files);
    show(directory, {files.read_or_throw(directory + "/flake.nix"), files.read_or_throw(directory + "/default.nix")});
    result = render_result(directory);
  }
  if (plan.nix.flakes && (options.step == "lock" || (options.step.empty() && options.update_lock))) {
    NixCli nix(processes, plan.nix);
    lock_closure(system, directory, options.update_lock, files, nix);
    result = lock_result(directory);
  }
  if (options.wants("build")) {
    result = describe(*build_systems(plan, files, processes).at(system.name).boot, directory);
  }
  fmt::print("{}\n", result.dump(2));
  return 0;
}

}  // namespace

support::Verb closure_verb() {
  return {"closure", "Render, lock and build the closure of a guest without a disk",
          [](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            auto* request = app.add_option("--request", options->request,
                                           "JSON request (see nixos-build schema), \"-\" for standard input; "
                                           "without: everything that a request leaves out");
            app.add_option("--system", options->system, "this system of the plan instead")->excludes(request);
            app.add_option("--step", options->step, "only this step")
                ->check(CLI::IsMember({"render", "lock", "build"}));
            app.add_flag("--update-lock", options->update_lock, "lock the library anew");
            app.add_option("--directory", options->directory, "where requested configurations go, one below it per guest")
                ->capture_default_str();
            app.add_option("--library", options->library, "a nixos-flake library; default: the tree's");
            app.add_option("--nixpkgs", options->nixpkgs, "flake reference of nixpkgs; default: the tree's, or the library's pin");
            app.add_option("--plan", options->plan, "the plan that nixos-gen wrote")->capture_default_str();
            app.add_option("--topdir", options->topdir, "the sources: templates/, nixos/")->capture_default_str();
            return [options] { return options->system.empty() ? request_closure(*options) : system_closure(*options); };
          }};
}

support::Verb schema_verb() {
  return {"schema", "Print the JSON Schema of closure requests", [](CLI::App&) -> std::function<int()> {
            return [] {
              fmt::print("{}", plan::closure_request_schema());
              return 0;
            };
          }};
}

}  // namespace kdevops::nix
