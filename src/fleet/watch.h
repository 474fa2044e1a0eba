// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fleet/guest.h"
#include "fleet/progress.h"
#include "fleet/watch_plan.h"
#include "support/error.h"

namespace kdevops::fleet {

/// What watching works with.
struct WatchTools {
  const plan::Plan& plan;
  support::Files& files;
  support::Processes& processes;
  Progress& progress;
  std::stop_token stop;
  std::function<std::unique_ptr<Guest>(const std::string& node)> guest;
  /// Only who holds it may restart nodes of the tree; null while another process does.
  std::function<std::shared_ptr<void>()> try_lock;
  std::size_t restarts_at_once = 2;
  Milliseconds look{1000};   ///< how often console and domain are looked at
};

/// One crash or hang, and what became of it.
struct NodeCrash {
  Verdict verdict;           ///< its test by its planned name
  std::string evidence;      ///< file on the controller
  bool continued = false;    ///< the node was restarted and the run goes on behind the test
};

struct NodeWatch {
  std::string name;
  std::optional<RunState> state;       ///< the runner's last word
  std::vector<NodeCrash> crashes;
  bool left = false;                   ///< crashed, and left as it is
  std::optional<support::Error> error; ///< why watching this node ended before its run did

  bool ended() const { return state && state->ended; }
  bool going() const { return !(state && state->run.empty()) && !ended() && !left && !error; }
};

/// Follows the newest run of `workflow` on each node until all have ended, as `dog` says. A node that
/// crashes or hangs gets its evidence saved in workflows/<workflow>/results/<run>/<node>/, its test
/// noted, and is restarted and goes on, or is left as it is. What goes wrong with one node does not
/// keep the others from being watched. A requested stop ends the watching, never a run.
std::vector<NodeWatch> watch(const WatchTools& tools, const std::string& workflow,
                             const std::vector<std::string>& nodes, const Watchdog& dog);

/// Throws the Error that the whole ends with: interrupted when `stopped` (the runs go on, and how to
/// come back), guest_crashed after a crash or hang, also when the run went on; else the gravest of the
/// nodes' errors. Returns when every run ended by itself.
void conclude(const std::vector<NodeWatch>& nodes, const std::string& workflow, const std::string& limit,
              bool stopped);

/// {"workflow", "nodes": [{"name", "run", "ended", "exit_status", ..., "crashes": [...]}]}
std::string to_json(const std::vector<NodeWatch>& nodes, const std::string& workflow);

}  // namespace kdevops::fleet
