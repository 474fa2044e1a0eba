// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/direct_boot.h"

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/error.h"

namespace kdevops::fleet {

namespace fs = std::filesystem;

namespace {

using support::Error;
using support::ExitCode;

nlohmann::json read_json(const Context& context, const std::string& path, const std::string& missing,
                         const char* hint) {
  const auto text = context.files.read(path);
  if (!text) throw Error(ExitCode::failed, missing, path, hint);
  auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) throw Error(ExitCode::failed, "is no JSON object", path, hint);
  return json;
}

void read_closure(const Context& context, const plan::Node& node, DirectBoot& boot) {
  constexpr const char* hint = "Run `make bringup`, which builds it first, or nixos-build.";
  const auto link = context.plan.instance.tree + "/nixos/generated/" + node.system + "/result";
  std::error_code error;
  const auto real = fs::canonical(link, error);
  boot.toplevel = error ? link : real.string();
  boot.store = fs::path(boot.toplevel).parent_path();
  const auto json = read_json(context, boot.toplevel + "/boot.json",
                              fmt::format("the closure of system {} was not built", node.system), hint);
  const auto spec = json.value("org.nixos.bootspec.v1", nlohmann::json::object());
  boot.init = spec.value("init", "");
  boot.initrd = spec.value("initrd", "");
  if (boot.init.empty() || boot.initrd.empty()) {
    throw Error(ExitCode::failed, "names no init or no initrd under org.nixos.bootspec.v1",
                boot.toplevel + "/boot.json", hint);
  }
}

void read_kernel(const Context& context, const plan::Node& node, DirectBoot& boot) {
  constexpr const char* hint = "Run `make linux`, which builds and installs it.";
  const auto path = context.plan.linux.record(node.kernel);
  const auto json = read_json(context, path,
                              fmt::format("there is no kernel for {} yet", node.name), hint);
  boot.release = json.value("release", "");
  boot.image = json.value("image", "");
  boot.config = json.value("config", "");
  boot.modules = json.value("modules", "");
  for (const auto& file : {boot.image, boot.config, boot.modules + "/" + boot.release}) {
    if (!context.files.exists(file)) {
      throw Error(ExitCode::failed, "the recorded kernel is not there any more: " + file, path, hint);
    }
  }
}

}  // namespace

DirectBoot load_direct_boot(const Context& context, const plan::Node& node) {
  DirectBoot boot;
  read_closure(context, node, boot);
  read_kernel(context, node, boot);
  return boot;
}

std::string fingerprint(const DirectBoot& boot) {
  std::error_code error;
  const auto size = fs::file_size(boot.image, error);
  const auto changed = fs::last_write_time(boot.image, error).time_since_epoch().count();
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", boot.toplevel, boot.init, boot.initrd,
                     boot.release, boot.modules, boot.image, size, changed);
}

}  // namespace kdevops::fleet
