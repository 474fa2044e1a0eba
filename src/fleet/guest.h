// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// A machine whose run is watched.
class Guest {
 public:
  virtual ~Guest() = default;
  /// ssh with its options and the machine; the remote command comes behind it.
  virtual std::vector<std::string> ssh() = 0;
  /// Whether its SSH server answers now.
  virtual bool answers() = 0;
  /// What its console said since the last call; nothing where we have no console.
  virtual std::string console() { return {}; }
  /// Of its domain; running where we know of none.
  virtual hypervisor::State state() { return hypervisor::State::running; }
  /// Whether restart() is ours to call.
  virtual bool can_restart() const { return false; }
  /// Pulls the plug and starts it again. An interrupt does not leave it off.
  virtual void restart() {}
  /// Waits until it answers, after it was restarted; the plan's deadlines count from now.
  virtual void wait() = 0;
  /// Where its console log is; "" where we have none.
  virtual std::string console_path() const { return {}; }
};

/// Waits until the guest is up, restarted first when `restart`. One that stops while it comes up, as when
/// QEMU itself crashes, is started once more.
void come_up(Guest& guest, const std::string& name, Progress& progress, bool restart);

/// A node of the plan. Throws Error when it does not exist or is not this tree's.
std::unique_ptr<Guest> own_guest(const Context& context, const plan::Node& node);

/// A machine that exists anyway: reached by its inventory name and the user's ssh configuration.
std::unique_ptr<Guest> declared_host(const plan::Plan& plan, support::Processes& processes,
                                     const std::string& name, std::stop_token stop,
                                     Milliseconds poll = std::chrono::seconds(1));

}  // namespace kdevops::fleet
