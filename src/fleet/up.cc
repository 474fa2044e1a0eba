// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/up.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "fleet/addresses.h"
#include "fleet/console_log.h"
#include "fleet/disks.h"
#include "fleet/failures.h"
#include "fleet/gdb.h"
#include "fleet/intent.h"
#include "fleet/power.h"
#include "fleet/readiness.h"
#include "support/error.h"
#include "support/parallel.h"

namespace kdevops::fleet {

namespace {

using hypervisor::Domain;
using hypervisor::State;
using support::Error;
using support::ExitCode;

/// One node and what has to happen to it.
struct Task {
  const plan::Node* node;
  Intent intent;
  std::optional<Domain> domain;
  bool restart = false;   ///< also when it runs as planned

  bool define() const { return !domain || domain->owner->intent != intent.hash; }
  /// Defined for an accelerator that the host has no more, or that it has now.
  bool moved(const HostFacts& facts) const { return domain && domain->owner->kvm != facts.kvm; }
  bool new_base() const { return domain && domain->owner->base != intent.base; }
  bool running() const { return domain && domain->state == State::running; }
  bool boots() const { return define() || restart || !running(); }
  const char* action() const {
    if (!domain) return "created";
    if (define()) return "changed";
    return !running() ? "started" : restart ? "restarted" : "unchanged";
  }
};

void check_owner(const Context& context, const plan::Node& node, const Domain& domain) {
  if (!ours(context.plan, domain)) {
    throw Error(ExitCode::failed, "a domain of this name was made by " + whose(domain), node.name,
                "Destroy it from where it was made, or choose another CONFIG_KDEVOPS_HOSTS_PREFIX.");
  }
  if (domain.state == State::paused || domain.state == State::suspended) {
    throw Error(ExitCode::failed, fmt::format("the domain is {}", to_string(domain.state)), node.name,
                fmt::format("Continue it with `virsh -c {} {} {}`, or remove it with `nixos-vm destroy {}`.",
                            context.hypervisor.uri(), domain.state == State::paused ? "resume" : "dompmwakeup",
                            node.name, node.name));
  }
}

std::vector<Task> plan_tasks(const Context& context, const std::vector<const plan::Node*>& nodes,
                             const std::vector<Domain>& existing, Restart restart) {
  std::map<std::string, Domain> domains;
  for (const auto& domain : existing) domains.emplace(domain.name, domain);
  std::vector<Task> tasks;
  for (const auto* node : nodes) {
    Task task{node, load_intent(context, *node), std::nullopt, restart == Restart::always};
    if (const auto found = domains.find(node->name); found != domains.end()) {
      check_owner(context, *node, found->second);
      task.domain = found->second;
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

/// Every kernel and kind of guest once: nodes of one system differ in nothing that a kernel must have.
void check_kernels(const Context& context, const std::vector<Task>& tasks) {
  std::set<std::pair<std::string, std::string>> checked;
  for (const auto& task : tasks) {
    const auto& node = *task.node;
    if (!task.intent.boot || !task.boots() || !checked.insert({node.kernel, node.system}).second) continue;
    check_kernel(context, node, *task.intent.boot);
  }
}

void warn_of_memory(const Context& context, const hypervisor::Host& host, std::size_t count) {
  const auto wanted = static_cast<std::uint64_t>(context.plan.libvirt.memory_mib) * count;
  if (wanted <= host.memory_mib) return;
  context.progress.warn(fmt::format(
      "{} nodes of {} MiB want {} MiB of memory, the host has {} MiB: it may swap, or kill guests",
      count, context.plan.libvirt.memory_mib, wanted, host.memory_mib));
}

/// Keeps the fleet's ssh configuration up to date while nodes come up, at most once a second.
class Publisher {
 public:
  Publisher(const Context& context, const AddressBook& book) : context_(context), book_(book) {}

  void node_is_up() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    context_.publish(book_.addresses());
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    context_.publish(book_.addresses());
  }

 private:
  const Context& context_;
  const AddressBook& book_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_{};
};

class BringUp {
 public:
  BringUp(const Context& context, std::vector<Task> tasks, const HostFacts& facts, AddressBook& book,
          GdbPorts& ports)
      : context_(context), tasks_(std::move(tasks)), facts_(facts), book_(book), ports_(ports),
        disks_(make_disks(context)) {}

  std::vector<NodeUp> run(std::size_t width) {
    Publisher publisher(context_, book_);
    std::vector<NodeUp> results(tasks_.size());
    Failures failures(context_);
    support::in_parallel(tasks_.size(), width, [&](std::size_t i) {
      const auto& node = *tasks_[i].node;
      failures.guard(node.name, [&] {
        check_stop(context_.stop);
        results[i] = bring_up(tasks_[i]);
        context_.progress.done(node.name, fmt::format("ready at {}, {}", results[i].address,
                                                      results[i].action));
        publisher.node_is_up();
      });
    });
    publisher.finish();
    failures.rethrow();
    return results;
  }

 private:
  NodeUp bring_up(const Task& task) {
    const auto& node = *task.node;
    if (task.define()) {
      stop_changed(task);
      stage(node, "disks");
      disks_->prepare(node, task.intent, !task.domain      ? RootDisk::check
                                         : task.new_base() ? RootDisk::replace
                                                           : RootDisk::keep);
    } else if (task.restart && task.running()) {
      stage(node, "stop");
      shut_down(context_, node.name);
    }
    stage(node, "reserve");
    const auto address = book_.reserve(node);
    if (task.define() || (task.boots() && (task.moved(facts_) || lost_gdb_port(task)))) {
      stage(node, "define");
      context_.hypervisor.define(definition(task.intent, facts_, ports_.choose(node)));
    }
    const bool crashed = !task.boots() && gave_up(node, address);
    std::int64_t old_lease = 0;
    if (task.boots() || crashed) {
      old_lease = lease_expiry(context_, node, address);
      stage(node, "start");
      if (crashed || (task.domain && task.domain->state == State::crashed)) {
        context_.hypervisor.power_off(node.name);
      }
      context_.hypervisor.start(node.name);
    }
    wait_until_ready(context_, node, address, old_lease);
    return {node.name, address, crashed ? "restarted" : task.action()};
  }

  /// Someone else listens now where its stub would.
  bool lost_gdb_port(const Task& task) const {
    const int port = task.domain->owner->gdb_port;
    return port != 0 && !context_.port_free(port);
  }

  /// A running domain whose guest gave up: its console says so, and nobody answers.
  bool gave_up(const plan::Node& node, const std::string& address) {
    if (!has_crashed(context_, node, address)) return false;
    context_.progress.note(fmt::format("{}: it had crashed ({}); restarted", node.name,
                                       crash_line(console_text(context_, node.directory))));
    return true;
  }

  static std::string what_changed(const Task& task) {
    const auto& boot = task.intent.boot;
    if (boot && boot->kernel.release != task.domain->owner->kernel) {
      return "it gets kernel " + boot->kernel.release;
    }
    if (boot && task.new_base()) return "the closure changed since it was made";
    if (boot) return "its kernel or its domain changed since it was made";
    if (!task.new_base()) return "its domain changed since it was made";
    return "the image changed since it was made; its root disk is made anew, its extra drives stay";
  }

  void stop_changed(const Task& task) {
    if (!task.domain) return;
    const auto& node = *task.node;
    context_.progress.note(fmt::format("{}: {}", node.name, what_changed(task)));
    if (task.domain->state != State::off) {
      stage(node, "stop");
      shut_down(context_, node.name);
    }
    const auto& before = *task.domain->owner;
    if (!before.network.empty() && before.network != context_.plan.libvirt.network) {
      context_.hypervisor.remove_reservation(before.network, before.mac);
    }
  }

  void stage(const plan::Node& node, const char* name) {
    check_stop(context_.stop);
    context_.progress.stage(node.name, name);
  }

  const Context& context_;
  const std::vector<Task> tasks_;
  const HostFacts facts_;
  AddressBook& book_;
  GdbPorts& ports_;
  const std::unique_ptr<Disks> disks_;
};

}  // namespace

std::size_t boot_width(const plan::Plan& plan, const hypervisor::Host& host, bool kvm) {
  const auto by_memory = host.memory_mib / static_cast<std::uint64_t>(std::max(plan.libvirt.memory_mib, 1));
  // An emulated guest keeps a processor busy while it boots; one under KVM mostly waits for disks.
  const std::uint64_t by_cpus = kvm ? 4ULL * host.cpus : host.cpus;
  return static_cast<std::size_t>(std::max<std::uint64_t>(2, std::min(by_memory, by_cpus)));
}

std::vector<NodeUp> up(const Context& context, const std::vector<std::string>& names, Restart restart) {
  const auto nodes = select(context.plan, names);
  const auto domains = context.hypervisor.domains();
  auto tasks = plan_tasks(context, nodes, domains, restart);
  const bool starts = std::any_of(tasks.begin(), tasks.end(), [](const Task& t) { return t.boots(); });
  HostFacts facts;
  if (starts) {
    check_kernels(context, tasks);
    facts = context.host_facts([&](const std::string& text) { context.progress.warn(text); });
  }
  const auto host = context.hypervisor.host();
  if (starts) warn_of_memory(context, host, nodes.size());
  AddressBook book(context, nodes);
  GdbPorts ports(context, domains);
  return BringUp(context, std::move(tasks), facts, book, ports)
      .run(boot_width(context.plan, host, facts.kvm));
}

}  // namespace kdevops::fleet
