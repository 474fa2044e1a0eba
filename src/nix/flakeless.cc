// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/flakeless.h"

#include <fmt/format.h>

#include "nix/prepare.h"
#include "support/error.h"

namespace kdevops::nix {

using support::Error;
using support::ExitCode;

std::string nixpkgs_search_path(const plan::Nix& nix) {
  const std::string_view url = nix.nixpkgs_url;
  if (url.empty()) return "channel:" + nix.channel;
  constexpr std::string_view path = "path:", github = "github:";
  if (url.starts_with(path)) return std::string(url.substr(path.size()));
  if (url.starts_with('/') || url.starts_with("https://") || url.starts_with("http://")) return std::string(url);
  if (url.starts_with(github) && url.find('?') == std::string_view::npos) {
    // github:<owner>/<repository>/<branch, tag or commit>
    const auto rest = url.substr(github.size());
    const auto slash = rest.find('/', rest.find('/') + 1);
    if (slash != std::string_view::npos) {
      return fmt::format("https://github.com/{}/archive/{}.tar.gz", rest.substr(0, slash), rest.substr(slash + 1));
    }
  }
  throw Error(ExitCode::configuration, fmt::format("CONFIG_NIXOS_NIXPKGS_URL: {} needs flakes", url), {},
              "give a path:, https: or github:owner/repository/branch reference, or set CONFIG_NIXOS_USE_FLAKES=y");
}

std::string build_flakeless(const plan::Plan& plan, const plan::System& system, const std::string& output,
                            NixCli& nix) {
  return nix.build_file(system_directory(plan, system) + "/packages.nix", output,
                        {{"nixpkgs", nixpkgs_search_path(plan.nix)}});
}

}  // namespace kdevops::nix
