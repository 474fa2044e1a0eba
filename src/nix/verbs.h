// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "support/cli.h"

namespace kdevops::nix {

// Verbs of nixos-build.

support::Verb build_verb();    ///< without a name: what bring-up needs
support::Verb output_verb();
support::Verb closure_verb();
support::Verb schema_verb();

}  // namespace kdevops::nix
