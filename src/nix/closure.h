// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "nix/bootspec.h"
#include "nix/nix_cli.h"
#include "plan/request.h"
#include "support/files.h"

namespace kdevops::nix {

// The three steps from a closure request to a system that boots, each also alone. They meet in one
// directory that belongs to one guest: flake.nix, default.nix, flake.lock, result.

/// Where the configuration of `vm_name` is: below `parent`, which must be absolute, as `path:` expands
/// nothing, and must need no escape in a flake reference. Throws Error (usage).
std::string closure_directory(const std::string& parent, const std::string& vm_name);

struct RenderedClosure {
  std::string flake_nix, default_nix;
};
/// Writes flake.nix and default.nix where they differ. `topdir` has the template.
RenderedClosure render_closure(const plan::ClosureRequest& request, const plan::Nix& nix, const std::string& directory,
                               const std::string& topdir, support::Files& files);

/// Locks what is not locked yet and the system's local sources anew; the library only with
/// `update_library`. Throws Error (usage) when nothing has been rendered.
void lock_closure(const plan::System& system, const std::string& directory, bool update_library,
                  const support::Files& files, NixCli& nix);

/// Builds the system and roots it at <directory>/result.
Bootspec build_closure(const std::string& directory, const support::Files& files, NixCli& nix);

}  // namespace kdevops::nix
