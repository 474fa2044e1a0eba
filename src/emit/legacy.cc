// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/legacy.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "emit/nix.h"
#include "formats/nix.h"
#include "support/error.h"

namespace kdevops::emit {

using formats::nix_string;
using formats::NixValue;
using plan::Plan;
using plan::System;
using support::Error;
using support::ExitCode;

namespace {

/// ?a=b&c=d behind a URL; the URL itself is cut down to what is before.
std::map<std::string, std::string> cut_query(std::string& url) {
  std::map<std::string, std::string> query;
  const auto mark = url.find('?');
  if (mark == std::string::npos) return query;
  for (std::size_t at = mark + 1; at < url.size();) {
    const auto end = std::min(url.find('&', at), url.size());
    const auto pair = url.substr(at, end - at);
    const auto equals = std::min(pair.find('='), pair.size());
    query[pair.substr(0, equals)] = equals < pair.size() ? pair.substr(equals + 1) : "";
    at = end + 1;
  }
  url.erase(mark);
  return query;
}

std::string fetch_git(std::string url) {
  auto query = cut_query(url);
  // Without the scheme's prefix; fetchGit takes a local repository by its path.
  if (url.starts_with("git+")) url.erase(0, 4);
  std::string text = fmt::format("builtins.fetchGit {{ url = {};", nix_string(url));
  if (query.contains("ref")) text += fmt::format(" ref = {};", nix_string(query["ref"]));
  if (query.contains("rev")) {
    // A commit may be on no branch that is fetched by default.
    text += fmt::format(" rev = {}; allRefs = true;", nix_string(query["rev"]));
  }
  return text + " }";
}

/// <owner>/<repository>[/<branch, tag or commit>]
struct Forge {
  std::string owner, repository, ref = "HEAD";
};

Forge parse_forge(const std::string& reference, std::string rest) {
  cut_query(rest);
  const auto first = rest.find('/');
  if (first == std::string::npos) {
    throw Error(ExitCode::configuration, fmt::format("\"{}\" names no repository", reference), {},
                "write it as github:<owner>/<repository>/<branch, tag or commit>");
  }
  const auto second = rest.find('/', first + 1);
  Forge forge{rest.substr(0, first), rest.substr(first + 1, second == std::string::npos ? second : second - first - 1)};
  if (second != std::string::npos) forge.ref = rest.substr(second + 1);
  return forge;
}

}  // namespace

std::string fetch_expression(const std::string& reference) {
  const auto behind = [&](std::string_view scheme) { return reference.substr(scheme.size()); };
  if (reference.starts_with("path:/")) {
    // The name that flakes give to it, so that both ways make the same derivation.
    return fmt::format("builtins.path {{ path = /. + {}; name = \"source\"; }}", nix_string(behind("path:")));
  }
  if (reference.starts_with("git+") || reference.starts_with("git://")) return fetch_git(reference);
  if (reference.starts_with("github:")) {
    const auto forge = parse_forge(reference, behind("github:"));
    return fmt::format("builtins.fetchTarball {}",
                       nix_string(fmt::format("https://github.com/{}/{}/archive/{}.tar.gz", forge.owner,
                                              forge.repository, forge.ref)));
  }
  if (reference.starts_with("gitlab:")) {
    const auto forge = parse_forge(reference, behind("gitlab:"));
    return fmt::format("builtins.fetchTarball {}",
                       nix_string(fmt::format("https://gitlab.com/{}/{}/-/archive/{}/source.tar.gz", forge.owner,
                                              forge.repository, forge.ref)));
  }
  if (reference.starts_with("sourcehut:")) {
    const auto forge = parse_forge(reference, behind("sourcehut:"));
    return fmt::format("builtins.fetchTarball {}",
                       nix_string(fmt::format("https://git.sr.ht/{}/{}/archive/{}.tar.gz", forge.owner,
                                              forge.repository, forge.ref)));
  }
  auto url = reference;
  if (url.starts_with("tarball+")) url.erase(0, 8);
  if (url.starts_with("https://") || url.starts_with("http://")) {
    return fmt::format("builtins.fetchTarball {}", nix_string(url));
  }
  throw Error(ExitCode::configuration, fmt::format("\"{}\" cannot be fetched without flakes", reference), {},
              "give a git URL, an absolute path or the URL of an archive, or set CONFIG_NIXOS_USE_FLAKES=y");
}

std::map<std::string, std::string> legacy_files(const Plan& plan, const System& system, const support::Files& files,
                                                const std::string& topdir) {
  std::map<std::string, std::string> tree;
  if (plan.nix.flakes) return tree;
  NixValue::Attrs sources;
  const auto add = [&](const std::string& name, const std::string& reference) {
    sources.emplace_back(formats::nix_attribute(name), NixValue::expression(fetch_expression(reference)));
  };
  for (const auto& override : system.overrides) add(override.package + "-src", override.url);
  if (system.kernel.flavor == "source") add("kernel-src", system.kernel.source);
  tree["sources.nix"] = generated_header + NixValue(NixValue::Attrs{{"library", plan.nix.library}, {"sources", std::move(sources)}}).print() + "\n";
  tree["flakeless.nix"] = generated_header + files.read_or_throw(topdir + "/templates/nix/flakeless.nix");
  tree["packages.nix"] = fmt::format(
      "{}# In this directory, with authorized_keys beside: nix-build packages.nix -A image -I nixpkgs=channel:{}\n"
      "(import ./flakeless.nix).self.packages.{}\n",
      generated_header, plan.nix.channel, formats::nix_attribute(system.platform));
  tree["configuration.nix"] = fmt::format(
      "{}# In this directory, with authorized_keys beside:\n"
      "#   nix-build '<nixpkgs/nixos>' -A config.system.build.toplevel -I nixos-config=./configuration.nix \\\n"
      "#     -I nixpkgs=channel:{}\n"
      "{{\n  imports = (import ./flakeless.nix).modules;\n}}\n",
      generated_header, plan.nix.channel);
  return tree;
}

}  // namespace kdevops::emit
