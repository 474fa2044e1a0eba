// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/prepare.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::nix {

namespace fs = std::filesystem;
using plan::Plan;
using plan::System;
using support::Error;
using support::ExitCode;
using support::Files;

namespace {

void append_tree(std::string& bytes, const Files& files, const std::string& root, const std::string& prefix) {
  for (const auto& name : files.list(root)) {
    const std::string path = root + "/" + name, relative = prefix + name;
    // A result, not an input; following it would read the image itself.
    if (prefix.empty() && name.starts_with("result")) continue;
    std::error_code error;
    if (fs::is_directory(fs::symlink_status(path, error))) {
      append_tree(bytes, files, path, relative + "/");
    } else if (const auto content = files.read(path)) {
      bytes += fmt::format("{}\n{}\n", relative, content->size()) + *content;
    }
  }
}

void copy_custom_module(const System& system, const std::string& custom, Files& files) {
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
  if (tree_text(files, custom) == tree_text(files, system.custom_module)) return;
  files.remove(custom);
  fs::copy(system.custom_module, custom, fs::copy_options::recursive, error);
  if (error) throw support::system_error("cannot copy", system.custom_module, error.value());
}

void copy_fragments(const Plan& plan, const System& system, const std::string& kernel, Files& files) {
  const auto& names = system.kernel.fragments;
  for (const auto& name : files.list(kernel)) {
    if (std::none_of(names.begin(), names.end(), [&](const auto& n) { return n + ".config" == name; })) {
      files.remove(kernel + "/" + name);
    }
  }
  if (names.empty()) files.remove(kernel);
  // <name>.<architecture>.config holds what one architecture only has.
  const auto architecture = system.platform.substr(0, system.platform.find('-'));
  for (const auto& name : names) {
    const auto stem = fmt::format("{}/kconfigs/kernel/{}", plan.instance.topdir, name);
    const auto text = files.read(stem + ".config");
    if (!text) {
      throw Error(ExitCode::configuration, fmt::format("CONFIG_NIXOS_KERNEL_FRAGMENTS: there is no fragment {}", name),
                  stem + ".config", "name files of kconfigs/kernel/, without .config");
    }
    files.write_if_changed(fmt::format("{}/{}.config", kernel, name),
                           *text + files.read(fmt::format("{}.{}.config", stem, architecture)).value_or(""));
  }
}

}  // namespace

std::string tree_text(const Files& files, const std::string& root) {
  std::string bytes;
  append_tree(bytes, files, root, "");
  return bytes;
}

std::string system_directory(const Plan& plan, const System& system) {
  return plan.instance.tree + "/nixos/generated/" + system.name;
}

void prepare_system(const Plan& plan, const System& system, Files& files) {
  const auto key = support::expand_home(plan.ssh.key) + ".pub";
  const auto text = files.read(key);
  if (!text) {
    throw Error(ExitCode::host_not_ready, "the instance has no public key yet", key,
                "make one: build/nixos-ssh-key create (make bringup does it)");
  }
  const auto directory = system_directory(plan, system);
  files.write_if_changed(directory + "/authorized_keys", *text);
  copy_custom_module(system, directory + "/custom", files);
  copy_fragments(plan, system, directory + "/kernel", files);
}

std::vector<std::string> local_sources(const System& system) {
  const auto local = [](const std::string& url) { return url.starts_with("path:") || url.starts_with("git+file:"); };
  std::vector<std::string> inputs;
  for (const auto& override : system.overrides) {
    if (local(override.url)) inputs.push_back(override.package + "-src");
  }
  if (system.kernel.flavor == "source" && local(system.kernel.source)) inputs.emplace_back("kernel-src");
  return inputs;
}

}  // namespace kdevops::nix
