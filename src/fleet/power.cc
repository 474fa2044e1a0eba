// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/power.h"

#include <fmt/format.h>

#include "fleet/access.h"
#include "fleet/failures.h"
#include "fleet/readiness.h"
#include "fleet/up.h"
#include "support/error.h"
#include "support/parallel.h"

namespace kdevops::fleet {

namespace {

using hypervisor::State;
using support::Error;
using support::ExitCode;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 8;
/// A press of the power button is lost while nobody in the guest listens yet.
constexpr auto kPressAgain = std::chrono::seconds(5);

void refuse_foreign(const Context& context, const hypervisor::Domain& domain) {
  if (ours(context.plan, domain)) return;
  throw Error(ExitCode::failed, "this domain was made by " + whose(domain) + ", so it stays as it is",
              domain.name);
}

}  // namespace

void shut_down(const Context& context, const std::string& name) {
  const auto off = [&] {
    const auto domain = context.hypervisor.domain(name);
    return !domain || domain->state == State::off;
  };
  const auto end = Clock::now() + std::chrono::seconds(context.plan.deadlines.shutdown);
  auto press = Clock::now();
  while (!off()) {
    if (Clock::now() >= end) {
      context.progress.warn(fmt::format("{}: did not shut down within {} s, powered off", name,
                                        context.plan.deadlines.shutdown));
      context.hypervisor.power_off(name);
      return;
    }
    if (Clock::now() >= press) {
      context.hypervisor.shut_down(name);
      press = Clock::now() + kPressAgain;
    }
    pause(context.stop, context.poll);
  }
}

void stop(const Context& context, const std::vector<std::string>& names) {
  const auto nodes = select(context.plan, names);
  Failures failures(context);
  support::in_parallel(nodes.size(), kAtOnce, [&](std::size_t i) {
    const auto& name = nodes[i]->name;
    failures.guard(name, [&] {
      const auto domain = context.hypervisor.domain(name);
      if (!domain || domain->state == State::off) return;
      refuse_foreign(context, *domain);
      context.progress.stage(name, "stop");
      shut_down(context, name);
      context.progress.done(name, "off");
    });
  });
  failures.rethrow();
}

void start(const Context& context, const std::vector<std::string>& names) {
  Failures failures(context);
  for (const auto* node : select(context.plan, names)) {
    failures.guard(node->name, [&] {
      const auto domain = context.hypervisor.domain(node->name);
      if (!domain) {
        throw Error(ExitCode::failed, "it is not defined yet", node->name,
                    "`make bringup`, or `nixos-vm up`, makes it.");
      }
      refuse_foreign(context, *domain);
      if (domain->state == State::running) return;
      const auto network = context.hypervisor.network(context.plan.libvirt.network);
      if (network && !network->active) context.hypervisor.start_network(network->name);
      context.hypervisor.start(node->name);
      context.progress.done(node->name, "started");
    });
  }
  failures.rethrow();
}

void restart(const Context& context, const std::vector<std::string>& names) {
  const auto nodes = select(context.plan, names);
  for (const auto* node : nodes) need_ours(context, *node);
  Failures failures(context);
  const auto width = boot_width(context.plan, context.hypervisor.host(), false);
  support::in_parallel(nodes.size(), width, [&](std::size_t i) {
    const auto& node = *nodes[i];
    failures.guard(node.name, [&] {
      check_stop(context.stop);
      const auto address = address_of(context, node);
      const auto old_lease = lease_expiry(context, node, address);
      context.progress.stage(node.name, "stop");
      const auto state = need_ours(context, node).state;
      if (state == State::crashed || (state != State::off && has_crashed(context, node, address))) {
        context.hypervisor.power_off(node.name);
      } else if (state != State::off) {
        shut_down(context, node.name);
      }
      context.progress.stage(node.name, "start");
      context.hypervisor.start(node.name);
      wait_until_ready(context, node, address, old_lease);
      context.progress.done(node.name, "ready at " + address);
    });
  });
  failures.rethrow();
}

}  // namespace kdevops::fleet
