// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "plan/request.h"

namespace kdevops::emit {

/// flake.nix of a closure request, from the text of templates/nix/imageless.nix. `file` is for errors.
std::string closure_flake_nix(const plan::Nix& nix, const plan::ClosureRequest& request, const std::string& text,
                              const std::string& file);

/// default.nix of a closure request: imports, host name, accounts, shares.
std::string closure_default_nix(const plan::ClosureRequest& request);

}  // namespace kdevops::emit
