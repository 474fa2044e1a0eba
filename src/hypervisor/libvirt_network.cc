// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>
#include <sstream>

#include <pugixml.hpp>

#include "hypervisor/libvirt.h"

namespace kdevops::hypervisor {

namespace {

std::string host_element(const Reservation& reservation) {
  pugi::xml_document document;
  auto host = document.append_child("host");
  host.append_attribute("mac").set_value(reservation.mac.c_str());
  if (!reservation.name.empty()) host.append_attribute("name").set_value(reservation.name.c_str());
  if (!reservation.address.empty()) host.append_attribute("ip").set_value(reservation.address.c_str());
  std::ostringstream out;
  document.print(out, "", pugi::format_raw | pugi::format_no_declaration);
  return out.str();
}

/// Live and definition, as far as the network has them.
unsigned update_flags(virNetworkPtr network) {
  unsigned flags = 0;
  if (virNetworkIsActive(network) == 1) flags |= VIR_NETWORK_UPDATE_AFFECT_LIVE;
  if (virNetworkIsPersistent(network) == 1) flags |= VIR_NETWORK_UPDATE_AFFECT_CONFIG;
  return flags;
}

int update(virNetworkPtr network, virNetworkUpdateCommand command, const std::string& xml) {
  return virNetworkUpdate(network, command, VIR_NETWORK_SECTION_IP_DHCP_HOST, -1, xml.c_str(),
                          update_flags(network));
}

}  // namespace

NetworkHandle Libvirt::find_network(const std::string& name) {
  NetworkHandle found(virNetworkLookupByName(connection_.get(), name.c_str()));
  if (!found && last_code() != VIR_ERR_NO_NETWORK) {
    throw libvirt_error("cannot look the network up", name);
  }
  return found;
}

NetworkHandle Libvirt::need_network(const std::string& name) {
  auto found = find_network(name);
  if (!found) throw libvirt_error("there is no such network", name);
  return found;
}

std::optional<Network> Libvirt::network(const std::string& name) {
  const auto found = find_network(name);
  if (!found) return std::nullopt;
  const CString xml(virNetworkGetXMLDesc(found.get(), 0));
  if (!xml) throw libvirt_error("cannot read the network", name);
  return Network{name, virNetworkIsActive(found.get()) == 1, virNetworkIsPersistent(found.get()) == 1,
                 xml.get()};
}

void Libvirt::define_network(const std::string& xml) {
  const NetworkHandle network(virNetworkDefineXML(connection_.get(), xml.c_str()));
  if (network) return;
  pugi::xml_document document;
  document.load_string(xml.c_str());
  throw libvirt_error("cannot define the network", document.child("network").child_value("name"));
}

void Libvirt::start_network(const std::string& name) {
  const auto network = need_network(name);
  // Another process may have started it since we looked.
  if (virNetworkCreate(network.get()) < 0 && virNetworkIsActive(network.get()) != 1) {
    throw libvirt_error("cannot start the network", name);
  }
}

void Libvirt::set_network_autostart(const std::string& name) {
  const auto network = need_network(name);
  if (virNetworkSetAutostart(network.get(), 1) < 0) {
    throw libvirt_error("cannot make the network start with the host", name);
  }
}

bool Libvirt::add_reservation(const std::string& name, const Reservation& reservation) {
  const auto network = need_network(name);
  if (update(network.get(), VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, host_element(reservation)) == 0) {
    return true;
  }
  const auto* error = virGetLastError();
  const std::string words = error != nullptr && error->message != nullptr ? error->message : "";
  if (words.find("existing dhcp host entry") != std::string::npos) return false;
  throw libvirt_error("cannot reserve " + reservation.address + " for " + reservation.name,
                      "network " + name);
}

void Libvirt::remove_reservation(const std::string& name, const std::string& mac) {
  const auto network = find_network(name);
  if (!network) return;
  if (update(network.get(), VIR_NETWORK_UPDATE_COMMAND_DELETE, host_element({mac, "", ""})) == 0) return;
  const auto* error = virGetLastError();
  const std::string words = error != nullptr && error->message != nullptr ? error->message : "";
  if (words.find("couldn't locate") != std::string::npos) return;
  throw libvirt_error("cannot remove the reservation of " + mac, "network " + name);
}

std::vector<Lease> Libvirt::leases(const std::string& name) {
  const auto network = need_network(name);
  virNetworkDHCPLeasePtr* list = nullptr;
  const int count = virNetworkGetDHCPLeases(network.get(), nullptr, &list, 0);
  if (count < 0) {
    if (last_code() == VIR_ERR_NO_SUPPORT) return {};
    throw libvirt_error("cannot read the DHCP leases", "network " + name);
  }
  std::vector<Lease> all;
  for (int i = 0; i < count; ++i) {
    const auto* lease = list[i];
    if (lease->mac != nullptr && lease->ipaddr != nullptr && lease->type == VIR_IP_ADDR_TYPE_IPV4) {
      all.push_back({lease->mac, lease->ipaddr, lease->hostname != nullptr ? lease->hostname : "",
                     static_cast<std::int64_t>(lease->expirytime)});
    }
    virNetworkDHCPLeaseFree(list[i]);
  }
  std::free(list);
  return all;
}

}  // namespace kdevops::hypervisor
