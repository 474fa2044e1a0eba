// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/toolchain.h"

#include <cstdio>

#include <fmt/format.h>

#include "nix/nix_cli.h"
#include "support/error.h"

namespace kdevops::kernel {

Toolchain find_toolchain(const plan::Nix& nix, support::Processes& processes) {
  const auto host = [](const std::string& why) { return Toolchain{{}, fmt::format("this host's toolchain ({})", why)}; };
  if (nix.standin) return host("the stand-in for nixpkgs has none");
  std::string version;
  try {
    version = nix::parse_version(processes.run({.argv = {"nix", "--version"}}).out);
  } catch (const support::Error&) {
    return host("there is no Nix");
  }
  if (version.empty() || nix::version_less(version, "2.18")) return host(fmt::format("Nix {} is too old", version));

  const auto shell = fmt::format("path:{}#build-kernel", nix.library);
  Toolchain toolchain{{"nix", "develop", shell, "--extra-experimental-features", "nix-command flakes",
                       "--option", "connect-timeout", "15"},
                      "the build shell " + shell};
  if (!nix.nixpkgs_url.empty()) {
    toolchain.prefix.insert(toolchain.prefix.end(), {"--override-input", "nixpkgs", nix.nixpkgs_url});
  }
  // The library may lie where nobody can write a lock file.
  toolchain.prefix.insert(toolchain.prefix.end(), {"--no-write-lock-file", "--command"});
  auto probe = toolchain.prefix;
  probe.push_back("true");
  const auto result = processes.run({.argv = probe, .on_error_line = [](const std::string& line) {
    // The first time it fetches compilers; nothing else it says is for the user.
    if (line.starts_with("copying path") || line.starts_with("building ")) fmt::print(stderr, "nix: {}\n", line);
  }});
  if (result.status == 0) return toolchain;
  const auto at = result.err.rfind("error:");
  const auto why = at == std::string::npos ? std::string("nix develop fails")
                                           : result.err.substr(at, result.err.find('\n', at) - at);
  return host(fmt::format("nix cannot make the build shell: {}", why));
}

}  // namespace kdevops::kernel
