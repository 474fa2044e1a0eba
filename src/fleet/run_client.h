// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fleet/guest.h"
#include "fleet/run_state.h"
#include "plan/plan.h"
#include "support/process.h"

namespace kdevops::fleet {

/// The newest run of a workflow on a node, through its runner.sh. Every call mounts the data file
/// system first when a reboot left it unmounted.
class RunClient {
 public:
  RunClient(const plan::Plan& plan, std::string workflow, std::string node, Guest& guest,
            support::Processes& processes, std::stop_token stop);

  /// nullopt when the node does not answer before `cancel` or in time; one without a name when it has no run. Throws Error
  /// (failed) when ssh cannot work (the key, the name) or the runner fails.
  std::optional<RunState> state(std::stop_token cancel = {});
  /// The planned tests, in order; empty when they are not listed yet.
  std::vector<std::string> tests();
  /// "panic" or "hang" took the node down in `test`: it is not run again.
  void crashed(const std::string& verdict, const std::string& test);
  void start();
  /// Has the kernel print the stacks of blocked tasks on its console, if it still can.
  void show_blocked_tasks();

 private:
  support::ProcessResult run(const std::vector<std::string>& command, std::stop_token cancel);
  std::string check(const std::vector<std::string>& command, const std::string& what);

  const plan::Plan& plan_;
  const std::string workflow_, node_;
  Guest& guest_;
  support::Processes& processes_;
  const std::stop_token stop_;
};

}  // namespace kdevops::fleet
