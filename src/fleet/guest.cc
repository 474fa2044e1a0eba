// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/guest.h"

#include <fmt/format.h>

#include "fleet/access.h"
#include "fleet/console_follower.h"
#include "fleet/disks.h"
#include "fleet/readiness.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;
using Clock = std::chrono::steady_clock;

/// So often a guest is started that does not come up.
constexpr int kStarts = 2;
/// An SSH server says its banner within this time, or does not answer: a busy host needs seconds.
constexpr auto kBanner = std::chrono::seconds(6);

class OwnGuest final : public Guest {
 public:
  OwnGuest(const Context& context, const plan::Node& node)
      : context_(context), node_(node), address_(address_of(context, node)), disks_(make_disks(context)),
        console_([this](const std::string& name, std::size_t offset) {
          return disks_->read(node_.directory, name, offset);
        }) {
    need_ours(context, node);
  }

  std::vector<std::string> ssh() override { return ssh_command(context_.plan, address_); }

  bool answers() override {
    return context_.banner(address_, context_.plan.ssh.port, kBanner).starts_with("SSH-");
  }

  std::string console() override { return console_.news(); }

  hypervisor::State state() override { return need_ours(context_, node_).state; }

  bool can_restart() const override { return true; }

  void restart() override {
    old_lease_ = lease_expiry(context_, node_, address_);
    check_stop(context_.stop);
    context_.hypervisor.power_off(node_.name);
    context_.hypervisor.start(node_.name);
  }

  void wait() override { wait_until_ready(context_, node_, address_, old_lease_); }

  std::string console_path() const override { return node_.directory + "/console.log"; }

 private:
  const Context& context_;
  const plan::Node& node_;
  const std::string address_;
  const std::unique_ptr<Disks> disks_;
  ConsoleFollower console_;
  std::int64_t old_lease_ = 0;
};

class DeclaredHost final : public Guest {
 public:
  DeclaredHost(const plan::Plan& plan, support::Processes& processes, std::string name, std::stop_token stop,
               Milliseconds poll)
      : plan_(plan), processes_(processes), name_(std::move(name)), stop_(std::move(stop)), poll_(poll) {}

  std::vector<std::string> ssh() override {
    return {"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", name_};
  }

  bool answers() override {
    support::Command command;
    command.argv = ssh();
    command.argv.emplace_back("true");
    command.timeout = std::chrono::seconds(20);
    return processes_.run(command, stop_).status == 0;
  }

  void wait() override {
    const auto end = Clock::now() + std::chrono::seconds(plan_.deadlines.ssh);
    while (!answers()) {
      check_stop(stop_);
      if (Clock::now() >= end) {
        throw Error(ExitCode::deadline_passed,
                    fmt::format("ssh does not reach it within {} s of its restart", plan_.deadlines.ssh), name_,
                    fmt::format("Try: ssh {}", name_));
      }
      pause(stop_, poll_);
    }
  }

 private:
  const plan::Plan& plan_;
  support::Processes& processes_;
  const std::string name_;
  const std::stop_token stop_;
  const Milliseconds poll_;
};

}  // namespace

void come_up(Guest& guest, const std::string& name, Progress& progress, bool restart) {
  for (int attempt = 1;; ++attempt) {
    if (restart) {
      progress.stage(name, "restart");
      guest.restart();
    }
    progress.stage(name, "come up");
    try {
      return guest.wait();
    } catch (const Error& e) {
      if (e.code() != ExitCode::guest_crashed || attempt == kStarts || !guest.can_restart()) throw;
      progress.warn(fmt::format("{}: {}; it is started once more", name, e.what()));
      restart = true;
    }
  }
}

std::unique_ptr<Guest> own_guest(const Context& context, const plan::Node& node) {
  return std::make_unique<OwnGuest>(context, node);
}

std::unique_ptr<Guest> declared_host(const plan::Plan& plan, support::Processes& processes,
                                     const std::string& name, std::stop_token stop, Milliseconds poll) {
  return std::make_unique<DeclaredHost>(plan, processes, name, std::move(stop), poll);
}

}  // namespace kdevops::fleet
