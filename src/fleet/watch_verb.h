// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "support/cli.h"

namespace kdevops::fleet {

/// nixos-vm watch.
support::Verb watch_verb();

}  // namespace kdevops::fleet
