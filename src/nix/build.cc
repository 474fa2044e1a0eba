// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/build.h"

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nix/nix_cli.h"
#include "support/error.h"
#include "support/hash.h"

namespace kdevops::nix {

namespace fs = std::filesystem;
using plan::Plan;
using plan::System;
using support::Error;
using support::ExitCode;
using support::Files;

namespace {

std::string generated(const Plan& plan) { return plan.instance.tree + "/nixos/generated"; }
std::string directory(const Plan& plan, const System& system) { return generated(plan) + "/" + system.name; }

/// Every regular file below `root`, as "path\0size\0bytes", in sorted order.
void append_tree(std::string& bytes, const Files& files, const std::string& root, const std::string& prefix) {
  for (const auto& name : files.list(root)) {
    const std::string path = root + "/" + name, relative = prefix + name;
    // The out-link is a result, not an input; following it would read the image itself.
    if (prefix.empty() && name == "result") continue;
    std::error_code error;
    if (fs::is_directory(fs::symlink_status(path, error))) {
      append_tree(bytes, files, path, relative + "/");
    } else if (const auto content = files.read(path)) {
      bytes += fmt::format("{}\n{}\n", relative, content->size()) + *content;
    }
  }
}

std::string library_digest(const Plan& plan, const Files& files) {
  std::string bytes;
  append_tree(bytes, files, plan.nix.library, "");
  constexpr std::string_view scheme = "path:";
  if (plan.nix.nixpkgs_url.starts_with(scheme)) {
    append_tree(bytes, files, plan.nix.nixpkgs_url.substr(scheme.size()), "");
  }
  return support::sha256_hex(bytes);
}

/// Digest of all that decides what a system's build yields: its directory and `library`.
std::string input_digest(const Plan& plan, const System& system, const Files& files,
                         const std::string& library) {
  std::string bytes;
  append_tree(bytes, files, directory(plan, system), "");
  return support::sha256_hex(bytes + library);
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
  record.library = json.value("library", "");
  record.systems = json.value("systems", record.systems);
  record.outs = json.value("outs", record.outs);
  return record;
}

void write_record(const Record& record, const std::string& path, Files& files) {
  const nlohmann::json json{{"library", record.library}, {"systems", record.systems}, {"outs", record.outs}};
  files.write_if_changed(path, json.dump(2) + "\n");
}

void check_library(const Plan& plan, const Files& files) {
  if (files.exists(plan.nix.library + "/flake.nix")) return;
  throw Error(ExitCode::configuration, "there is no flake.nix in CONFIG_NIXOS_FLAKE_PATH", plan.nix.library,
              "leave it at its default (nixos/flake), or give the path of a nixos-flake library");
}

/// Locks what has no lock yet, and all of them when the library is another than last time.
void lock_all(const Plan& plan, const Files& files, NixCli& nix, bool library_changed) {
  for (const auto& system : plan.systems) {
    const auto dir = directory(plan, system);
    const bool locked = files.exists(dir + "/flake.lock");
    if (!locked || library_changed) nix.lock(dir, locked);
  }
}

}  // namespace

void prepare_system(const Plan& plan, const System& system, Files& files) {
  const auto key = support::expand_home(plan.ssh.key) + ".pub";
  const auto text = files.read(key);
  if (!text) {
    throw Error(ExitCode::host_not_ready, "the instance has no public key yet", key,
                "make one: build/nixos-ssh-key create (make bringup does it)");
  }
  const auto dir = directory(plan, system);
  files.write_if_changed(dir + "/authorized_keys", *text);

  const std::string custom = dir + "/custom";
  if (system.custom_module.empty()) {
    files.remove(custom);
    return;
  }
  // A module may be one file or a directory with default.nix and what that imports.
  std::error_code error;
  if (!fs::is_directory(system.custom_module, error)) {
    const auto module = files.read(system.custom_module);
    if (!module) {
      throw Error(ExitCode::configuration, "CONFIG_NIXOS_CUSTOM_CONFIG_PATH: there is no such file or directory",
                  system.custom_module);
    }
    files.write_if_changed(custom + "/default.nix", *module);
    return;
  }
  std::string before, after;
  append_tree(before, files, custom, "");
  append_tree(after, files, system.custom_module, "");
  if (before == after) return;
  files.remove(custom);
  fs::copy(system.custom_module, custom, fs::copy_options::recursive, error);
  if (error) throw support::system_error("cannot copy", system.custom_module, error.value());
}

void lock_systems(const Plan& plan, Files& files, support::Processes& processes) {
  check_library(plan, files);
  NixCli nix(processes, plan.nix);
  for (const auto& system : plan.systems) prepare_system(plan, system, files);
  lock_all(plan, files, nix, /*library_changed=*/true);
}

std::map<std::string, Built> build_images(const Plan& plan, Files& files, support::Processes& processes) {
  check_library(plan, files);
  for (const auto& system : plan.systems) prepare_system(plan, system, files);

  const std::string path = generated(plan) + "/.build.json";
  Record record = read_record(path, files);
  std::map<std::string, Built> built;
  const auto answer = [&](bool fresh) {
    for (const auto& [name, out] : record.outs) built[name] = {out, out + "/nixos.qcow2", fresh};
    return built;
  };
  const auto library = library_digest(plan, files);
  bool current = record.outs.size() == plan.systems.size();
  for (const auto& system : plan.systems) {
    current = current && record.systems[system.name] == input_digest(plan, system, files, library) &&
              files.exists(record.outs[system.name]) && files.exists(directory(plan, system) + "/result");
  }
  if (current) return answer(false);

  NixCli nix(processes, plan.nix);
  lock_all(plan, files, nix, record.library != library);
  std::vector<std::string> flakerefs;
  for (const auto& system : plan.systems) {
    flakerefs.push_back(fmt::format("path:{}#packages.{}.image", directory(plan, system), system.platform));
  }
  const auto outs = nix.build(flakerefs);
  record = {library, {}, {}};
  for (const auto& system : plan.systems) {
    // The stand-in says what it is in its images' names, too.
    const auto name = system.image_name() + (plan.nix.standin ? "-standin" : "");
    const auto out = outs.find(name);
    if (out == outs.end()) {
      throw Error(ExitCode::failed, fmt::format("nix build made no image named {}", name), system.name,
                  "has templates/nix/flake.nix lost its `name`?");
    }
    nix.add_root(out->second, directory(plan, system) + "/result");
    record.systems[system.name] = input_digest(plan, system, files, library);
    record.outs[system.name] = out->second;
  }
  write_record(record, path, files);
  return answer(true);
}

}  // namespace kdevops::nix
