// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/addresses.h"

#include <algorithm>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "emit/libvirt.h"
#include "support/error.h"
#include "support/hash.h"

namespace kdevops::fleet {

namespace {

using hypervisor::Reservation;
using support::Error;
using support::ExitCode;

std::uint32_t to_number(const char* text) {
  in_addr address{};
  return inet_pton(AF_INET, text, &address) == 1 ? ntohl(address.s_addr) : 0;
}

std::string to_text(std::uint32_t number) {
  return fmt::format("{}.{}.{}.{}", number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255);
}

/// The first <ip> with <dhcp> that is IPv4.
pugi::xml_node dhcp_of(pugi::xml_node network) {
  for (const auto ip : network.children("ip")) {
    if (ip.child("dhcp") && to_number(ip.attribute("address").value()) != 0) return ip.child("dhcp");
  }
  return {};
}

std::vector<Reservation> read_hosts(pugi::xml_node dhcp) {
  std::vector<Reservation> hosts;
  for (const auto host : dhcp.children("host")) {
    hosts.push_back(
        {host.attribute("mac").value(), host.attribute("name").value(), host.attribute("ip").value()});
  }
  return hosts;
}

std::uint32_t mask_of(pugi::xml_node ip) {
  if (const auto prefix = ip.attribute("prefix")) {
    const auto bits = prefix.as_uint();
    return bits == 0 ? 0 : ~std::uint32_t{0} << (32 - std::min(bits, 32U));
  }
  return to_number(ip.attribute("netmask").value());
}

Addresses addresses_in(const std::vector<Reservation>& reservations, const plan::Plan& plan) {
  std::map<std::string, std::string> by_mac;
  for (const auto& reservation : reservations) by_mac[reservation.mac] = reservation.address;
  Addresses found;
  for (const auto& node : plan.nodes) {
    if (const auto entry = by_mac.find(node.mac); entry != by_mac.end()) found[node.name] = entry->second;
  }
  return found;
}

}  // namespace

Subnet Subnet::parse(const hypervisor::Network& network) {
  const auto document = emit::load_xml(network.xml, "network " + network.name);
  const auto dhcp = dhcp_of(document.child("network"));
  if (!dhcp) {
    throw Error(ExitCode::host_not_ready, "the network gives out no IPv4 addresses by DHCP",
                "network " + network.name,
                "Nodes are reached at addresses that libvirt's DHCP server reserves for them; choose "
                "another network with CONFIG_LIBVIRT_NETWORK, or add <dhcp> to this one.");
  }
  Subnet subnet;
  subnet.address = to_number(dhcp.parent().attribute("address").value());
  subnet.mask = mask_of(dhcp.parent());
  subnet.reservations = read_hosts(dhcp);
  return subnet;
}

std::vector<Reservation> reservations_of(const hypervisor::Network& network) {
  const auto document = emit::load_xml(network.xml, "network " + network.name);
  return read_hosts(dhcp_of(document.child("network")));
}

const Reservation* Subnet::by_mac(const std::string& mac) const {
  const auto found = std::find_if(reservations.begin(), reservations.end(),
                                  [&](const Reservation& r) { return r.mac == mac; });
  return found == reservations.end() ? nullptr : &*found;
}

std::string choose_address(const Subnet& subnet, const std::string& mac,
                           const std::set<std::string>& taken) {
  const std::uint32_t first = (subnet.address & subnet.mask) + 1;
  const std::uint32_t last = (subnet.address | ~subnet.mask) - 1;
  if (first <= last) {
    const std::uint32_t count = last - first + 1;
    const auto start = static_cast<std::uint32_t>(
        std::stoull(support::sha256_hex(mac).substr(0, 8), nullptr, 16) % count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto candidate = first + (start + i) % count;
      if (candidate == subnet.address) continue;
      if (auto text = to_text(candidate); !taken.contains(text)) return text;
    }
  }
  throw Error(ExitCode::host_not_ready, "all its addresses are taken",
              "network " + to_text(subnet.address & subnet.mask),
              "Choose a larger network with CONFIG_LIBVIRT_NETWORK, or destroy other guests.");
}

AddressBook::AddressBook(const Context& context, const std::vector<const plan::Node*>& nodes)
    : context_(context) {
  auto& hv = context.hypervisor;
  const auto& name = context.plan.libvirt.network;
  if (!hv.network(name)) {
    if (name != "default") {
      throw Error(ExitCode::host_not_ready, "libvirt has no such network", "network " + name,
                  "Define it, or set CONFIG_LIBVIRT_NETWORK to one of `virsh net-list --all`.");
    }
    hv.define_network(context.files.read_or_throw(context.plan.instance.topdir +
                                                  "/templates/libvirt/network-default.xml"));
    hv.set_network_autostart(name);
    context.progress.note("network default: defined, it did not exist");
  }
  read_network();
  check_names(nodes);
  if (!network_.active) start_network(nodes);
}

void AddressBook::read_network() {
  auto found = context_.hypervisor.network(context_.plan.libvirt.network);
  if (!found) {
    throw Error(ExitCode::failed, "it has gone away", "network " + context_.plan.libvirt.network);
  }
  network_ = std::move(*found);
  subnet_ = Subnet::parse(network_);
}

void AddressBook::check_names(const std::vector<const plan::Node*>& nodes) const {
  std::map<std::string, std::string> owner_of_name;
  for (const auto& r : subnet_.reservations) owner_of_name[r.name] = r.mac;
  for (const auto* node : nodes) {
    const auto found = owner_of_name.find(node->name);
    if (found == owner_of_name.end() || found->second == node->mac) continue;
    throw Error(ExitCode::failed,
                fmt::format("the name {} is reserved for {}, which is not this tree's", node->name,
                            found->second),
                "network " + network_.name,
                "Destroy that guest from where it was made, or choose another "
                "CONFIG_KDEVOPS_HOSTS_PREFIX. If nothing uses it any more: virsh net-update " +
                    network_.name + " delete ip-dhcp-host \"<host mac='" + found->second +
                    "'/>\" --live --config");
  }
}

void AddressBook::start_network(const std::vector<const plan::Node*>& nodes) {
  auto document = emit::load_xml(network_.xml, "network " + network_.name);
  auto dhcp = dhcp_of(document.child("network"));
  auto used = taken();
  bool changed = false;
  for (const auto* node : nodes) {
    if (subnet_.by_mac(node->mac) != nullptr) continue;
    const auto address = choose_address(subnet_, node->mac, used);
    used.insert(address);
    auto host = dhcp.append_child("host");
    emit::set_attribute(host, "mac", node->mac);
    emit::set_attribute(host, "name", node->name);
    emit::set_attribute(host, "ip", address);
    changed = true;
  }
  if (changed) context_.hypervisor.define_network(emit::print_xml(document));
  context_.hypervisor.start_network(network_.name);
  context_.progress.note("network " + network_.name + ": started");
  read_network();
}

std::set<std::string> AddressBook::taken() const {
  std::set<std::string> used;
  for (const auto& r : subnet_.reservations) used.insert(r.address);
  if (!network_.active) return used;
  for (const auto& lease : context_.hypervisor.leases(network_.name)) used.insert(lease.address);
  return used;
}

std::string AddressBook::reserve(const plan::Node& node) {
  // One at a time: libvirt takes them one by one anyway, at half a second each on a live network.
  const std::lock_guard lock(mutex_);
  constexpr int kTries = 8;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (const auto* found = subnet_.by_mac(node.mac)) return found->address;
    const auto address = choose_address(subnet_, node.mac, taken());
    const Reservation reservation{node.mac, node.name, address};
    if (context_.hypervisor.add_reservation(network_.name, reservation)) {
      subnet_.reservations.push_back(reservation);
      return address;
    }
    // Someone else was faster: look again at what is free.
    read_network();
    check_names({&node});
  }
  throw Error(ExitCode::failed, "found no address that stays free", node.name,
              "Something else keeps changing the network " + network_.name + "; run it again.");
}

Addresses AddressBook::addresses() const {
  const std::lock_guard lock(mutex_);
  return addresses_in(subnet_.reservations, context_.plan);
}

Addresses reserved_addresses(const Context& context) {
  const auto network = context.hypervisor.network(context.plan.libvirt.network);
  if (!network) return {};
  return addresses_in(reservations_of(*network), context.plan);
}

}  // namespace kdevops::fleet
