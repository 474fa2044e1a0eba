// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace kdevops::fleet {

/// nixos-vm: its verbs by support::run_tool. Returns the exit code.
int run(int argc, char** argv);

}  // namespace kdevops::fleet
