// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "support/files.h"

namespace kdevops::nix {

/// How a NixOS system boots: <toplevel>/boot.json, version 1 of NixOS RFC 125. Paths are absolute.
struct Bootspec {
  std::string system;                      ///< x86_64-linux ...
  std::string label;                       ///< for people
  std::string toplevel;
  std::string init;
  std::string initrd;
  std::string kernel;                      ///< empty: the system is booted by a kernel from outside
  std::vector<std::string> kernel_params;
  bool operator==(const Bootspec&) const = default;
};

/// Throws Error (failed) naming `file` and the member that is missing or is something else. An initial
/// ramdisk is required here, though the RFC has systems without: no guest of ours could mount its root.
Bootspec parse_bootspec(const std::string& text, const std::string& file);

/// parse_bootspec() of `toplevel`/boot.json; `toplevel` may be a link to the store path.
Bootspec read_bootspec(const support::Files& files, const std::string& toplevel);

}  // namespace kdevops::nix
