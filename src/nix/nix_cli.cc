// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/nix_cli.h"

#include <charconv>
#include <cstdio>

#include <fmt/format.h>
#include <grp.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "support/error.h"

namespace kdevops::nix {

using support::Command;
using support::Error;
using support::ExitCode;

std::string parse_version(const std::string& text) {
  const auto end = text.find_last_not_of(" \n");
  const auto begin = text.find_last_of(' ', end);
  if (!text.starts_with("nix (") || begin == std::string::npos) return {};
  return text.substr(begin + 1, end - begin);
}

bool version_less(const std::string& a, const std::string& b) {
  const char *x = a.data(), *y = b.data();
  const char *const xe = x + a.size(), *const ye = y + b.size();
  for (;;) {
    int m = 0, n = 0;
    const auto left = std::from_chars(x, xe, m);
    const auto right = std::from_chars(y, ye, n);
    if (m != n) return m < n;
    x = left.ptr;
    y = right.ptr;
    const bool more_x = x != xe && *x == '.', more_y = y != ye && *y == '.';
    if (!more_x && !more_y) return false;
    x += more_x;
    y += more_y;
  }
}

NixCli::NixCli(support::Processes& processes, const plan::Nix& nix) : processes_(processes) {
  const auto answer = processes_.check({.argv = {"nix", "--version"}});
  version_ = parse_version(answer.out);
  const std::string needed = nix.standin ? "2.8" : "2.18";
  if (version_.empty() || version_less(version_, needed)) {
    throw Error(ExitCode::host_not_ready,
                fmt::format("Nix {} is too old: {} needs {} or newer",
                            version_.empty() ? answer.out : version_,
                            nix.standin ? "the stand-in" : "nixpkgs", needed),
                "nix",
                "install a newer Nix, or build from the stand-in for the binary cache:\n"
                "CONFIG_NIXOS_NIXPKGS_URL=\"path:nixos/standin\"");
  }
  options_ = {"--extra-experimental-features", "nix-command flakes"};
  // Single-user Nix as root, as distributions package it, has no build users.
  if (geteuid() == 0 && getgrnam("nixbld") == nullptr) {
    options_.insert(options_.end(), {"--option", "build-users-group", ""});
  }
  if (nix.standin) {
    // Its builder calls the host's package tools and sets modes that Nix's filter forbids; there is
    // nothing to substitute, and asking an unreachable cache costs seconds.
    for (const auto& [name, value] : {std::pair("sandbox", "false"), std::pair("filter-syscalls", "false"),
                                      std::pair("substitute", "false")}) {
      options_.insert(options_.end(), {"--option", name, value});
    }
  }
}

Command NixCli::command(const char* program, std::vector<std::string> arguments) const {
  Command command;
  command.argv = {program};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.argv.insert(command.argv.end(), options_.begin(), options_.end());
  return command;
}

void NixCli::lock(const std::string& directory, const std::vector<std::string>& inputs) {
  const auto flake = "path:" + directory;
  std::vector<std::string> arguments{"flake", "lock", flake};
  if (version_less(version_, "2.19")) {
    // `nix flake update <input>` came with 2.19; the option that it replaced still works, with a warning.
    for (const auto& input : inputs) arguments.insert(arguments.end(), {"--update-input", input});
  } else if (!inputs.empty()) {
    arguments = {"flake", "update", "--flake", flake};
    arguments.insert(arguments.end(), inputs.begin(), inputs.end());
  }
  processes_.check(command("nix", std::move(arguments)));
}

std::string NixCli::run_build(Command command, const std::string& what) {
  command.on_error_line = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const auto result = processes_.run(command);
  if (result.status != 0) {
    throw Error(ExitCode::failed, fmt::format("{} failed with status {}", command.argv[0] == "nix" ? "nix build" : "nix-build", result.status), what,
                "its log is above; to run it by hand:\n" + support::shell_quote(command.argv));
  }
  return result.out;
}

std::map<std::string, std::string> NixCli::build(const std::vector<std::string>& flakerefs) {
  std::vector<std::string> arguments{"build", "--json", "--no-link", "--print-build-logs"};
  arguments.insert(arguments.end(), flakerefs.begin(), flakerefs.end());
  const auto answer = run_build(command("nix", std::move(arguments)), fmt::format("{}", fmt::join(flakerefs, " ")));
  std::map<std::string, std::string> outs;
  try {
    for (const auto& entry : nlohmann::json::parse(answer)) {
      const auto out = entry.at("outputs").at("out").get<std::string>();
      // <store>/<32 characters of hash>-<name>
      const auto base = out.substr(out.rfind('/') + 1);
      outs[base.substr(base.find('-') + 1)] = out;
    }
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::failed, fmt::format("nix build --json answered something else: {}", e.what()), "nix");
  }
  return outs;
}

std::string NixCli::build_one(const std::string& flakeref) {
  const auto outs = build({flakeref});
  if (outs.size() != 1) {
    throw Error(ExitCode::failed, fmt::format("nix build made {} outputs instead of one", outs.size()), flakeref);
  }
  return outs.begin()->second;
}

std::string NixCli::build_file(const std::string& file, const std::string& attribute,
                               const std::vector<std::pair<std::string, std::string>>& search_path) {
  std::vector<std::string> arguments{file, "--attr", attribute, "--no-out-link"};
  for (const auto& [name, path] : search_path) arguments.insert(arguments.end(), {"-I", name + "=" + path});
  auto answer = run_build(command("nix-build", std::move(arguments)), fmt::format("{} {}", file, attribute));
  answer.erase(answer.find_last_not_of('\n') + 1);
  if (!answer.starts_with('/') || answer.find('\n') != std::string::npos) {
    throw Error(ExitCode::failed, "nix-build printed no store path: " + answer.substr(0, 200), file);
  }
  return answer;
}

void NixCli::add_root(const std::string& out, const std::string& link) {
  processes_.check(command("nix-store", {"--realise", out, "--add-root", link, "--indirect"}));
}

}  // namespace kdevops::nix
