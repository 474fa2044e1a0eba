// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "support/cli.h"

namespace kdevops::deploy {

/// Verbs of nixos-build.
support::Verb deploy_verb();
support::Verb run_verb();
support::Verb run_clean_verb();
support::Verb repl_verb();
support::Verb test_driver_verb();

}  // namespace kdevops::deploy
