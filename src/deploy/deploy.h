// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::deploy {

struct Options {
  std::vector<std::string> hosts;   ///< all machines of the plan when empty
  std::string user;                 ///< whom to log in as; empty: see Remote
  std::string action = "switch";    ///< of nixos-rebuild: switch | boot | test | dry-activate
  int jobs = 4;                     ///< machines at a time
};

/// Everything that a machine's configuration is made of, into nixos/generated/<host>/. Throws Error when
/// the machine has never been contacted.
void complete_machine(const plan::Plan& plan, const plan::System& system, support::Files& files);

/// How it went with one machine.
struct Verdict {
  std::string host;
  std::string failure;              ///< empty: deployed
  std::string hint;
  std::string kept;                 ///< directory in which its own configuration was kept just now
};

/// Gives every chosen machine the fleet's configuration by nixos-rebuild's remote switch. On first
/// contact its hardware configuration, boot loader and the keys that may log in are kept in
/// <tree>/nixos/hosts/<host>/, which is the user's from then on. One machine's failure leaves the
/// others alone. Throws Error when there is nothing to deploy to, or a host is not in the plan.
std::vector<Verdict> deploy(const plan::Plan& plan, const Options& options, support::Files& files,
                            support::Processes& processes);

}  // namespace kdevops::deploy
