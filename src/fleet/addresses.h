// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fleet/context.h"

namespace kdevops::fleet {

/// The DHCP reservations of a network, whatever else it has.
std::vector<hypervisor::Reservation> reservations_of(const hypervisor::Network& network);

/// The first IPv4 subnet with DHCP of a libvirt network.
struct Subnet {
  std::uint32_t address = 0;   ///< the host's own address, host byte order
  std::uint32_t mask = 0;
  std::vector<hypervisor::Reservation> reservations;

  /// Throws Error (host_not_ready) when the network gives out no IPv4 addresses.
  static Subnet parse(const hypervisor::Network& network);
  const hypervisor::Reservation* by_mac(const std::string& mac) const;
};

/// An address for `mac` that is in the subnet and not in `taken`: the one its hash points at, or
/// the next free one, so that a node tends to keep its address. Throws Error when all are taken.
std::string choose_address(const Subnet& subnet, const std::string& mac,
                           const std::set<std::string>& taken);

/// The DHCP reservations of the fleet's network: finds the ones our nodes have, adds those they lack.
class AddressBook {
 public:
  /// Makes sure that the network exists and runs: "default" is defined when it is not there. An
  /// inactive network gets the missing reservations of `nodes` at once, before it starts.
  /// Throws Error (failed) when a node's name is reserved for someone else's MAC.
  AddressBook(const Context& context, const std::vector<const plan::Node*>& nodes);

  /// The address of `node`; reserves one first when it has none.
  std::string reserve(const plan::Node& node);
  /// What the nodes of the plan have reserved so far.
  Addresses addresses() const;

 private:
  void read_network();
  void check_names(const std::vector<const plan::Node*>& nodes) const;
  void start_network(const std::vector<const plan::Node*>& nodes);
  std::set<std::string> taken() const;

  const Context& context_;
  mutable std::mutex mutex_;
  hypervisor::Network network_;
  Subnet subnet_;
};

/// What the plan's nodes have reserved, without changing anything; empty when there is no network.
Addresses reserved_addresses(const Context& context);

}  // namespace kdevops::fleet
