// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/bootspec.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/error.h"

namespace kdevops::nix {

using nlohmann::json;
using support::Error;
using support::ExitCode;

namespace {

constexpr const char* version_1 = "org.nixos.bootspec.v1";

std::string text_member(const json& spec, const char* name, const std::string& file) {
  const auto member = spec.find(name);
  if (member == spec.end()) {
    throw Error(ExitCode::failed, fmt::format("the boot specification has no \"{}\"", name), file);
  }
  if (!member->is_string()) {
    throw Error(ExitCode::failed, fmt::format("\"{}\" of the boot specification is no string", name), file);
  }
  return member->get<std::string>();
}

std::string path_member(const json& spec, const char* name, const std::string& file) {
  auto path = text_member(spec, name, file);
  if (!path.starts_with('/')) {
    throw Error(ExitCode::failed, fmt::format("\"{}\" of the boot specification is no absolute path: {}", name, path),
                file);
  }
  return path;
}

}  // namespace

Bootspec parse_bootspec(const std::string& text, const std::string& file) {
  const auto document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) throw Error(ExitCode::failed, "the boot specification is no JSON object", file);
  const auto spec = document.find(version_1);
  if (spec == document.end() || !spec->is_object()) {
    std::vector<std::string> names;
    for (const auto& [name, value] : document.items()) names.push_back(name);
    throw Error(ExitCode::failed,
                fmt::format("the boot specification has no {}, only: {}", version_1, fmt::join(names, " ")), file,
                "this version of nixpkgs writes another format than any of today's");
  }
  Bootspec boot;
  boot.system = text_member(*spec, "system", file);
  boot.label = text_member(*spec, "label", file);
  boot.toplevel = path_member(*spec, "toplevel", file);
  boot.init = path_member(*spec, "init", file);
  boot.initrd = path_member(*spec, "initrd", file);
  if (spec->contains("kernel") && !spec->at("kernel").is_null()) boot.kernel = path_member(*spec, "kernel", file);
  try {
    boot.kernel_params = spec->value("kernelParams", boot.kernel_params);
  } catch (const json::exception&) {
    throw Error(ExitCode::failed, "\"kernelParams\" of the boot specification is no list of strings", file);
  }
  return boot;
}

Bootspec read_bootspec(const support::Files& files, const std::string& toplevel) {
  const auto file = toplevel + "/boot.json";
  const auto text = files.read(file);
  if (!text) {
    throw Error(ExitCode::failed, "the system has no boot specification", file,
                "is this the toplevel of a NixOS system? nixpkgs writes boot.json since 23.05");
  }
  return parse_bootspec(*text, file);
}

}  // namespace kdevops::nix
