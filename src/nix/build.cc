// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/build.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nix/flakeless.h"
#include "nix/nix_cli.h"
#include "nix/prepare.h"
#include "support/error.h"
#include "support/hash.h"

namespace kdevops::nix {

using plan::Plan;
using plan::System;
using support::Error;
using support::ExitCode;
using support::Files;

namespace {

std::string library_digest(const Plan& plan, const Files& files) {
  auto bytes = tree_text(files, plan.nix.library);
  constexpr std::string_view scheme = "path:";
  if (plan.nix.nixpkgs_url.starts_with(scheme)) {
    bytes += tree_text(files, plan.nix.nixpkgs_url.substr(scheme.size()));
  }
  return support::sha256_hex(bytes);
}

/// Digest of all that decides what a system's build yields: its directory and `library`.
std::string input_digest(const Plan& plan, const System& system, const Files& files,
                         const std::string& library) {
  return support::sha256_hex(tree_text(files, system_directory(plan, system)) + library);
}

/// What the last build was made of: nixos/generated/.build.json.
struct Record {
  std::string library;                          ///< digest of library and local nixpkgs
  std::map<std::string, std::string> systems;   ///< system -> input_digest
  std::map<std::string, std::string> outs;      ///< system -> store path
};

Record read_record(const std::string& path, const Files& files) {
  Record record;
  const auto json = nlohmann::json::parse(files.read(path).value_or("{}"), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return record;  // damaged: as if nothing had been built
  try {
    record.library = json.value("library", "");
    record.systems = json.value("systems", record.systems);
    record.outs = json.value("outs", record.outs);
  } catch (const nlohmann::json::exception&) {
    return {};
  }
  return record;
}

void write_record(const Record& record, const std::string& path, Files& files) {
  const nlohmann::json json{{"library", record.library}, {"systems", record.systems}, {"outs", record.outs}};
  files.write_if_changed(path, json.dump(2) + "\n");
}

/// Locks what has no lock yet, the library when it is another than last time, and local sources always.
void lock_system(const Plan& plan, const System& system, const Files& files, NixCli& nix, bool library_changed) {
  const auto directory = system_directory(plan, system);
  auto inputs = local_sources(system);
  const bool locked = files.exists(directory + "/flake.lock");
  if (locked && library_changed) inputs.emplace_back("nixos-flake");
  if (!locked) inputs.clear();  // everything is locked for the first time
  if (!locked || !inputs.empty()) nix.lock(directory, inputs);
}

std::string flakeref(const Plan& plan, const System& system, const std::string& output) {
  return fmt::format("path:{}#packages.{}.{}", system_directory(plan, system), system.platform, output);
}

/// Builds the images of `systems` with one command; system -> store path.
std::map<std::string, std::string> build_images(const Plan& plan, const std::vector<const System*>& systems,
                                                NixCli& nix) {
  std::map<std::string, std::string> built;
  std::vector<std::string> flakerefs;
  for (const auto* system : systems) flakerefs.push_back(flakeref(plan, *system, "image"));
  if (flakerefs.empty()) return built;
  const auto outs = nix.build(flakerefs);
  for (const auto* system : systems) {
    // The stand-in says what it is in its images' names, too.
    const auto name = system->image_name() + (plan.nix.standin ? "-standin" : "");
    const auto out = outs.find(name);
    if (out == outs.end()) {
      throw Error(ExitCode::failed, fmt::format("nix build made no image named {}", name), system->name,
                  "has templates/nix/outputs.nix lost its `name`?");
    }
    built[system->name] = out->second;
  }
  return built;
}

/// Builds what bring-up needs; system -> store path.
std::map<std::string, std::string> build_all(const Plan& plan, const std::vector<const System*>& systems,
                                             NixCli& nix) {
  std::map<std::string, std::string> built;
  std::vector<const System*> with_disk;
  for (const auto* system : systems) {
    const bool imageless = system->backend == "imageless";
    if (!plan.nix.flakes) {
      built[system->name] = build_flakeless(plan, *system, imageless ? "toplevel" : "image", nix);
    } else if (imageless) {
      // Toplevels of nodes that get their name by DHCP share one store name: nothing in the answer of
      // a common command tells them apart. No plan has two of them.
      built[system->name] = nix.build_one(flakeref(plan, *system, "toplevel"));
    } else {
      with_disk.push_back(system);
    }
  }
  built.merge(build_images(plan, with_disk, nix));
  return built;
}

Built describe(const Plan& plan, const System& system, const std::string& out, bool fresh, const Files& files) {
  Built built{out, {}, {}, system_directory(plan, system), fresh};
  if (system.backend == "imageless") {
    built.boot = read_bootspec(files, out);
  } else {
    built.image = out + "/nixos.qcow2";
  }
  return built;
}

}  // namespace

void check_library(const std::string& library, const Files& files) {
  if (files.exists(library + "/flake.nix")) return;
  throw Error(ExitCode::configuration, "there is no flake.nix in the library (CONFIG_NIXOS_FLAKE_PATH)", library,
              "leave it at its default (nixos/flake), or give the path of a nixos-flake library");
}

void lock_systems(const Plan& plan, Files& files, support::Processes& processes) {
  check_library(plan.nix.library, files);
  NixCli nix(processes, plan.nix);
  for (const auto& system : plan.systems) {
    if (system.backend == "machine") continue;
    prepare_system(plan, system, files);
    if (plan.nix.flakes) lock_system(plan, system, files, nix, /*library_changed=*/true);
  }
}

std::map<std::string, Built> build_systems(const Plan& plan, Files& files, support::Processes& processes) {
  check_library(plan.nix.library, files);
  std::vector<const System*> systems;
  for (const auto& system : plan.systems) {
    if (system.backend == "machine") continue;
    prepare_system(plan, system, files);
    systems.push_back(&system);
  }

  const std::string path = plan.instance.tree + "/nixos/generated/.build.json";
  Record record = read_record(path, files);
  std::map<std::string, Built> built;
  const auto answer = [&](bool fresh) {
    for (const auto* system : systems) {
      built[system->name] = describe(plan, *system, record.outs[system->name], fresh, files);
    }
    return built;
  };
  const auto library = library_digest(plan, files);
  const bool current = std::all_of(systems.begin(), systems.end(), [&](const System* system) {
    return local_sources(*system).empty() && files.exists(record.outs[system->name]) &&
           files.exists(system_directory(plan, *system) + "/result") &&
           record.systems[system->name] == input_digest(plan, *system, files, library);
  });
  if (current) return answer(false);

  NixCli nix(processes, plan.nix);
  for (const auto* system : systems) {
    if (plan.nix.flakes) lock_system(plan, *system, files, nix, record.library != library);
  }
  record = {library, {}, build_all(plan, systems, nix)};
  for (const auto* system : systems) {
    nix.add_root(record.outs[system->name], system_directory(plan, *system) + "/result");
    record.systems[system->name] = input_digest(plan, *system, files, library);
  }
  write_record(record, path, files);
  return answer(true);
}

std::map<std::string, Output> build_output(const Plan& plan, const std::string& output,
                                           const std::vector<std::string>& names, Files& files,
                                           support::Processes& processes) {
  std::vector<const System*> systems;
  for (const auto& name : names) systems.push_back(&plan.system(name));
  if (names.empty()) {
    for (const auto& system : plan.systems) systems.push_back(&system);
  }
  for (const auto* system : systems) {
    if (system->backend == "imageless" && output != "toplevel") {
      throw Error(ExitCode::usage, fmt::format("a system without a disk has no output \"{}\", only toplevel", output),
                  system->name, "choose the libvirt backend: make menuconfig");
    }
  }
  check_library(plan.nix.library, files);
  NixCli nix(processes, plan.nix);
  std::map<std::string, Output> outs;
  const auto record = read_record(plan.instance.tree + "/nixos/generated/.build.json", files);
  const bool library_changed = record.library != library_digest(plan, files);
  for (const auto* system : systems) {
    prepare_system(plan, *system, files);
    if (plan.nix.flakes) lock_system(plan, *system, files, nix, library_changed);
    const auto out = plan.nix.flakes ? nix.build_one(flakeref(plan, *system, output))
                                     : build_flakeless(plan, *system, output, nix);
    outs[system->name] = {out, fmt::format("{}/result-{}", system_directory(plan, *system), output)};
    nix.add_root(out, outs[system->name].link);
  }
  return outs;
}

}  // namespace kdevops::nix
