// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "fleet/progress.h"
#include "hypervisor/hypervisor.h"
#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::fleet {

using Milliseconds = std::chrono::milliseconds;
using Addresses = std::map<std::string, std::string>;  ///< node name -> IPv4 address

/// What the host can do, asked when a domain is about to be defined.
struct HostFacts {
  bool kvm = false;
  bool io_uring = false;
  bool direct_io = true;              ///< O_DIRECT works where the disks are
};

/// All that bring-up, destroy and status work with. The functions are what the three seams do not
/// cover; real_context() fills in the real ones.
struct Context {
  const plan::Plan& plan;
  hypervisor::Hypervisor& hypervisor;
  support::Files& files;
  support::Processes& processes;
  Progress& progress;
  std::stop_token stop;

  /// First line a TCP server says, or "" when there is none within the time.
  std::function<std::string(const std::string& address, int port, Milliseconds timeout)> banner;
  /// Asks the host; `warn` gets one sentence per fallback.
  std::function<HostFacts(const std::function<void(const std::string&)>& warn)> host_facts;
  /// Makes the nodes reachable by name (ssh::write_fleet_config); with none, takes that back.
  std::function<void(const Addresses&)> publish;
  /// Whether a gdb stub can listen on 127.0.0.1:port where the nodes run.
  std::function<bool(int port)> port_free;
  /// How often a wait looks again.
  Milliseconds poll{250};
};

Context real_context(const plan::Plan& plan, hypervisor::Hypervisor& hypervisor,
                     support::Files& files, support::Processes& processes, Progress& progress,
                     std::stop_token stop);

/// The nodes named, in the plan's order; all when `names` is empty. Unknown names throw (usage).
std::vector<const plan::Node*> select(const plan::Plan& plan, const std::vector<std::string>& names);

/// True when `domain` was made from this tree.
bool ours(const plan::Plan& plan, const hypervisor::Domain& domain);
/// "tree /home/a/kdevops" or "something else than this program", for messages.
std::string whose(const hypervisor::Domain& domain);

/// Sleeps; throws Error (interrupted) as soon as a stop is requested.
void pause(const std::stop_token& stop, Milliseconds time);
/// Throws Error (interrupted) when a stop was requested.
void check_stop(const std::stop_token& stop);

}  // namespace kdevops::fleet
