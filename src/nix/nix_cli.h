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

  /// Adds to `directory`/flake.lock what is missing there, and locks `inputs` anew. A `path:` input
  /// needs that whenever its content changed.
  void lock(const std::string& directory, const std::vector<std::string>& inputs);

  /// One `nix build` of all flakerefs. The log goes to stderr. Returns the store paths by name, that
  /// is, by what follows "<hash>-": Nix answers in the order of the paths, not of the arguments.
  std::map<std::string, std::string> build(const std::vector<std::string>& flakerefs);

  /// The store path of one flakeref.
  std::string build_one(const std::string& flakeref);

  /// The store path of one attribute of a Nix file, built without flakes. `search_path` is what
  /// <name> means in it: {"nixpkgs", path or URL}.
  std::string build_file(const std::string& file, const std::string& attribute,
                         const std::vector<std::pair<std::string, std::string>>& search_path);

  /// Makes `link` an indirect GC root for the store path `out`.
  void add_root(const std::string& out, const std::string& link);

 private:
  support::Command command(const char* program, std::vector<std::string> arguments) const;
  /// Runs a build, its log on our stderr; `what` it builds is for the Error.
  std::string run_build(support::Command command, const std::string& what);

  support::Processes& processes_;
  std::vector<std::string> options_;
  std::string version_;
};

/// "nix (Nix) 2.8.0" -> "2.8.0"; empty when the text is something else.
std::string parse_version(const std::string& text);

/// Numeric comparison of dotted versions; suffixes such as "pre2024" are ignored.
bool version_less(const std::string& a, const std::string& b);

}  // namespace kdevops::nix
