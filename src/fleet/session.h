// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "fleet/context.h"
#include "fleet/interrupt.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::fleet {

/// Only one process at a time changes the nodes of a tree; the threads of one do so together.
class TreeLock {
 public:
  explicit TreeLock(const std::string& tree);
  /// Held as long as any of the returned values lives; null while another process holds it.
  std::shared_ptr<void> try_lock();
  /// Waits, and says so.
  std::shared_ptr<void> lock(int seconds);

 private:
  const std::string path_;
  std::mutex mutex_;
  std::weak_ptr<support::FileLock> held_;
};

/// All that a verb works with; the members are made in the order they need each other.
class Session {
 public:
  /// Reads the plan. `changes`: takes the tree's lock. Throws Error when the plan brings no nodes up
  /// and the verb works on nothing else (`any_host` false); then there is no context.
  Session(const std::string& plan_file, bool changes, bool any_host = false);

  support::RealFiles files;
  support::RealProcesses processes;
  plan::Plan plan;
  TreeLock tree;
  std::shared_ptr<void> held;
  std::optional<Interrupt> interrupt;
  std::optional<Progress> progress;
  std::unique_ptr<hypervisor::Hypervisor> hypervisor;
  std::optional<Context> context;
};

}  // namespace kdevops::fleet
