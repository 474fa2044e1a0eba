// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/destroy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "fleet/addresses.h"
#include "fleet/disks.h"
#include "fleet/failures.h"
#include "fleet/power.h"
#include "plan/identity.h"
#include "support/error.h"
#include "support/parallel.h"

namespace kdevops::fleet {

namespace {

using hypervisor::Domain;
using hypervisor::State;

constexpr std::size_t kAtOnce = 8;

/// What is left of one node, from whichever source knows of it.
struct Remains {
  std::string name;
  std::optional<Domain> domain;                       ///< ours
  std::set<std::pair<std::string, std::string>> macs; ///< network, MAC
  std::string directory;
};

class Destroyer {
 public:
  Destroyer(const Context& context, bool keep_disks)
      : context_(context), plan_(context.plan), keep_disks_(keep_disks), disks_(make_disks(context)) {}

  void run(const std::vector<std::string>& names) {
    find(names);
    read_reservations();
    std::vector<const Remains*> all;
    for (const auto& [name, remains] : remains_) all.push_back(&remains);
    Failures failures(context_);
    support::in_parallel(all.size(), kAtOnce, [&](std::size_t i) {
      failures.guard(all[i]->name, [&] { remove(*all[i]); });
    });
    if (names.empty() && !keep_disks_ && disks_->directories().empty()) {
      disks_->remove(plan_.libvirt.storage + "/" + plan_.instance.id);
    }
    context_.publish(names.empty() ? Addresses{} : reserved_addresses(context_));
    failures.rethrow();
  }

 private:
  bool wanted(const std::string& name, const std::vector<std::string>& names) const {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  }

  void find(const std::vector<std::string>& names) {
    for (const auto* node : select(plan_, names)) {
      remains_[node->name] = {node->name, std::nullopt, {{plan_.libvirt.network, node->mac}}, node->directory};
    }
    for (auto& domain : context_.hypervisor.domains()) {
      if (!ours(plan_, domain)) {
        if (remains_.contains(domain.name)) {
          context_.progress.note(fmt::format("{}: a domain of this name was made by {}; it stays",
                                             domain.name, whose(domain)));
        }
        continue;
      }
      if (!wanted(domain.name, names)) continue;
      auto& remains = remains_[domain.name];
      remains.name = domain.name;
      remains.macs.insert({domain.owner->network, domain.owner->mac});
      if (remains.directory.empty()) remains.directory = domain.owner->directory;
      remains.domain = std::move(domain);
    }
    if (names.empty()) find_directories();
  }

  /// Nodes whose domain is gone and that the plan has no more.
  void find_directories() {
    for (const auto& directory : disks_->directories()) {
      const auto name = directory.substr(directory.rfind('/') + 1);
      auto& remains = remains_[name];
      if (!remains.name.empty()) continue;
      remains = {name, std::nullopt,
                 {{plan_.libvirt.network, plan::mac_address(plan_.instance.tree, name, 0)}}, directory};
    }
  }

  /// Which MACs are reserved: asking for the removal of one that is not there takes as long as a
  /// real one.
  void read_reservations() {
    std::set<std::string> networks;
    for (const auto& [name, remains] : remains_) {
      for (const auto& [network, mac] : remains.macs) networks.insert(network);
    }
    for (const auto& name : networks) {
      const auto network = context_.hypervisor.network(name);
      if (!network) continue;
      for (const auto& reservation : reservations_of(*network)) reserved_.insert({name, reservation.mac});
    }
  }

  void remove(const Remains& remains) {
    const auto stage = [&](const char* text) { context_.progress.stage(remains.name, text); };
    bool found = false;
    if (remains.domain) {
      found = true;
      if (keep_disks_ && remains.domain->state != State::off) {
        stage("stop");
        shut_down(context_, remains.name);
      }
      stage("domain");
      context_.hypervisor.power_off(remains.name);
      context_.hypervisor.undefine(remains.name);
    }
    for (const auto& entry : remains.macs) {
      if (!reserved_.contains(entry)) continue;
      found = true;
      stage("address");
      context_.hypervisor.remove_reservation(entry.first, entry.second);
    }
    if (!keep_disks_ && is_ours(remains)) {
      if (found) stage("disks");
      if (disks_->remove(remains.directory)) found = true;
    }
    if (found) context_.progress.done(remains.name, keep_disks_ ? "removed, its disks stay" : "removed");
  }

  /// Only a directory made by our rule is removed, whatever the metadata of a domain says.
  bool is_ours(const Remains& remains) const {
    return !plan_.instance.id.empty() &&
           remains.directory.ends_with("/" + plan_.instance.id + "/" + remains.name);
  }

  const Context& context_;
  const plan::Plan& plan_;
  const bool keep_disks_;
  const std::unique_ptr<Disks> disks_;
  std::map<std::string, Remains> remains_;
  std::set<std::pair<std::string, std::string>> reserved_;
};

}  // namespace

void destroy(const Context& context, const std::vector<std::string>& names, bool keep_disks) {
  Destroyer(context, keep_disks).run(names);
}

}  // namespace kdevops::fleet
