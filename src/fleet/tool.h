// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "support/cli.h"

namespace kdevops::fleet {

/// The verbs of nixos-vm.
const support::Tool& tool();

}  // namespace kdevops::fleet
