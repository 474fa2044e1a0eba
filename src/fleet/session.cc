// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/session.h"

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::fleet {

using support::Error;
using support::ExitCode;

TreeLock::TreeLock(const std::string& tree) : path_(tree + "/nixos/generated/.nixos-vm.lock") {}

std::shared_ptr<void> TreeLock::try_lock() {
  const std::lock_guard guard(mutex_);
  if (auto held = held_.lock()) return held;
  try {
    auto lock = std::make_shared<support::FileLock>(path_, 0);
    held_ = lock;
    return lock;
  } catch (const Error& e) {
    if (e.code() != ExitCode::deadline_passed) throw;
    return nullptr;
  }
}

std::shared_ptr<void> TreeLock::lock(int seconds) {
  if (auto held = try_lock()) return held;
  fmt::print(stderr, "waiting for another nixos-vm of this tree\n");
  return std::make_shared<support::FileLock>(path_, seconds);
}

Session::Session(const std::string& plan_file, bool changes, bool any_host)
    : plan(plan::from_json(files.read_or_throw(plan_file))), tree(plan.instance.tree) {
  if (!plan.bringup && !any_host) {
    throw Error(ExitCode::failed, "this configuration brings no nodes up", plan_file,
                "CONFIG_SKIP_BRINGUP is set; CONFIG_NIXOS makes NixOS nodes.");
  }
  if (changes) held = tree.lock(plan.deadlines.lease + plan.deadlines.ssh);
  // Before the first thread: a signal must not find one that does not hold it back.
  interrupt.emplace();
  progress.emplace(Progress::fitting());
  if (!plan.bringup) return;
  hypervisor = hypervisor::open_libvirt(plan.libvirt.uri);
  context.emplace(real_context(plan, *hypervisor, files, processes, *progress, interrupt->token()));
}

}  // namespace kdevops::fleet
