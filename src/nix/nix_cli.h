// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/process.h"

namespace kdevops::nix {

/// The nix command line, set up for one plan: experimental features, and for our stand-in the
/// settings without which Debian's Nix cannot run its builder.
class NixCli {
 public:
  /// Asks `nix --version` first. Throws Error (host_not_ready) when nix is missing, or is older than
  /// the plan's nixpkgs accepts (2.18; the stand-in takes 2.8).
  NixCli(support::Processes& processes, const plan::Nix& nix);

  const std::string& version() const { return version_; }

  /// Writes or refreshes `directory`/flake.lock. With `update_library` the library input is locked
  /// anew, which a `path:` input needs whenever its content changed.
  void lock(const std::string& directory, bool update_library);

  /// One `nix build` of all flakerefs. The log goes to stderr. Returns the store paths by name, that
  /// is, by what follows "<hash>-": Nix answers in the order of the paths, not of the arguments.
  std::map<std::string, std::string> build(const std::vector<std::string>& flakerefs);

  /// Makes `link` an indirect GC root for the store path `out`.
  void add_root(const std::string& out, const std::string& link);

 private:
  support::Command command(const char* program, std::vector<std::string> arguments) const;

  support::Processes& processes_;
  std::vector<std::string> options_;
  std::string version_;
};

/// "nix (Nix) 2.8.0" -> "2.8.0"; empty when the text is something else.
std::string parse_version(const std::string& text);

/// Numeric comparison of dotted versions; suffixes such as "pre2024" are ignored.
bool version_less(const std::string& a, const std::string& b);

}  // namespace kdevops::nix
