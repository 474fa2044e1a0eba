// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/process.h"

namespace kdevops::deploy {

/// A machine by SSH, with the login that works. Never asks for a password.
class Remote {
 public:
  /// Tries `user` when given; otherwise the fleet's user with the instance's key (who is there after
  /// the first deployment), then whatever ~/.ssh/config says. Throws Error (host_not_ready) with
  /// ssh's own words.
  Remote(support::Processes& processes, const plan::Ssh& ssh, std::string host, const std::string& user);

  /// "[user@]host", as ssh and nixos-rebuild take it.
  const std::string& target() const { return target_; }
  /// Options of that login, one word each: for NIX_SSHOPTS, too.
  const std::vector<std::string>& options() const { return options_; }
  /// Standard output of `script`, run by the machine's sh.
  std::string run(const std::string& script) const;

 private:
  support::ProcessResult ssh(const std::string& script) const;

  support::Processes& processes_;
  std::string host_, target_;
  std::vector<std::string> options_;
};

}  // namespace kdevops::deploy
