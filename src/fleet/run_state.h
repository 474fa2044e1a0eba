// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace kdevops::fleet {

/// What `runner.sh state` says of the newest run on a node (playbooks/roles/test_run/files/runner.sh).
struct RunState {
  std::string run;                 ///< run id, 20261121T031502Z; empty: there is no run
  std::string boot_id;             ///< of the guest as it is up now
  bool active = false;             ///< the unit runs
  bool ended = false;
  std::optional<int> exit_status;  ///< of a run that ended
  int planned = 0, recorded = 0, crashed = 0;   ///< tests; 0 planned: not listed yet
  std::string current;             ///< the test named last by the kernel log, or ""
  std::int64_t since = 0;          ///< when it began, seconds since the epoch by the node's clock
  std::int64_t now = 0;            ///< the node's clock
};

/// Unknown keys are let pass. Throws Error (failed) when the text is not a whole state.
RunState parse_run_state(const std::string& text);

/// Seconds since the epoch that a run id tells, or 0 when it is none.
std::int64_t run_begin(const std::string& run);
/// The id of a run that begins then.
std::string run_name(std::time_t begin);

}  // namespace kdevops::fleet
