// SPDX-License-Identifier: GPL-2.0-or-later
#include "hypervisor/fake.h"

#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "emit/libvirt.h"
#include "hypervisor/owner.h"
#include "support/error.h"

namespace kdevops::hypervisor {

namespace {

using support::Error;
using support::ExitCode;

pugi::xml_document parse(const std::string& xml) { return emit::load_xml(xml, "<fake>"); }

pugi::xml_node dhcp_of(pugi::xml_document& network) {
  return network.child("network").child("ip").child("dhcp");
}

}  // namespace

FakeHypervisor::FakeHypervisor() {
  define_network(
      "<network><name>default</name><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp>"
      "<range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>");
  start_network("default");
  calls_.clear();
}

void FakeHypervisor::note(const std::string& call) {
  if (on_call) on_call(call);
  const std::lock_guard lock(mutex_);
  calls_.push_back(call);
}

std::vector<std::string> FakeHypervisor::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void FakeHypervisor::set_state(const std::string& name, State state) {
  const std::lock_guard lock(mutex_);
  domains_.at(name).state = state;
}

std::string FakeHypervisor::xml(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return domains_.at(name).xml;
}

void FakeHypervisor::add_lease(const Lease& lease) {
  const std::lock_guard lock(mutex_);
  leases_.push_back(lease);
}

Domain FakeHypervisor::describe(const std::string& name, const Record& record) {
  Domain domain{name, record.uuid, record.state, std::nullopt};
  const auto document = parse(record.xml);
  for (const auto element : document.child("domain").child("metadata")) {
    if (element.attribute("xmlns:kdevops").value() != std::string_view(emit::kMetadataNamespace)) continue;
    domain.owner = read_owner(element);
  }
  return domain;
}

std::vector<Domain> FakeHypervisor::domains() {
  const std::lock_guard lock(mutex_);
  std::vector<Domain> all;
  for (const auto& [name, record] : domains_) all.push_back(describe(name, record));
  return all;
}

std::optional<Domain> FakeHypervisor::domain(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = domains_.find(name);
  if (found == domains_.end()) return std::nullopt;
  return describe(name, found->second);
}

void FakeHypervisor::define(const std::string& xml) {
  const auto document = parse(xml);
  const auto domain = document.child("domain");
  const std::string name = domain.child_value("name");
  const std::string uuid = domain.child_value("uuid");
  note("define " + name);
  const std::lock_guard lock(mutex_);
  auto& record = domains_[name];
  if (!record.uuid.empty() && record.uuid != uuid) {
    throw Error(ExitCode::failed, "domain already exists with uuid " + record.uuid, name);
  }
  record.uuid = uuid;
  record.xml = xml;
}

void FakeHypervisor::start(const std::string& name) {
  note("start " + name);
  const std::lock_guard lock(mutex_);
  domains_.at(name).state = State::running;
}

void FakeHypervisor::shut_down(const std::string& name) {
  note("shut down " + name);
  const std::lock_guard lock(mutex_);
  if (!ignores_power_button) domains_.at(name).state = State::off;
}

void FakeHypervisor::power_off(const std::string& name) {
  note("power off " + name);
  const std::lock_guard lock(mutex_);
  if (const auto found = domains_.find(name); found != domains_.end()) found->second.state = State::off;
}

void FakeHypervisor::undefine(const std::string& name) {
  note("undefine " + name);
  const std::lock_guard lock(mutex_);
  domains_.erase(name);
}

std::optional<Network> FakeHypervisor::network(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = networks_.find(name);
  if (found == networks_.end()) return std::nullopt;
  return found->second;
}

void FakeHypervisor::define_network(const std::string& xml) {
  const std::string name = parse(xml).child("network").child_value("name");
  note("define network " + name);
  const std::lock_guard lock(mutex_);
  auto& network = networks_[name];
  network.name = name;
  network.xml = xml;
}

void FakeHypervisor::start_network(const std::string& name) {
  note("start network " + name);
  const std::lock_guard lock(mutex_);
  networks_.at(name).active = true;
}

bool FakeHypervisor::add_reservation(const std::string& name, const Reservation& reservation) {
  note(fmt::format("reserve {} {}", reservation.name, reservation.mac));
  const std::lock_guard lock(mutex_);
  auto document = parse(networks_.at(name).xml);
  auto dhcp = dhcp_of(document);
  for (const auto host : dhcp.children("host")) {
    if (host.attribute("mac").value() == reservation.mac ||
        host.attribute("name").value() == reservation.name ||
        host.attribute("ip").value() == reservation.address) {
      return false;
    }
  }
  auto host = dhcp.append_child("host");
  emit::set_attribute(host, "mac", reservation.mac);
  emit::set_attribute(host, "name", reservation.name);
  emit::set_attribute(host, "ip", reservation.address);
  networks_.at(name).xml = emit::print_xml(document);
  return true;
}

void FakeHypervisor::remove_reservation(const std::string& name, const std::string& mac) {
  note("unreserve " + mac);
  const std::lock_guard lock(mutex_);
  auto document = parse(networks_.at(name).xml);
  auto dhcp = dhcp_of(document);
  dhcp.remove_child(dhcp.find_child_by_attribute("host", "mac", mac.c_str()));
  networks_.at(name).xml = emit::print_xml(document);
}

std::vector<Lease> FakeHypervisor::leases(const std::string&) {
  const std::lock_guard lock(mutex_);
  return leases_;
}

void FakeHypervisor::create_volumes(const std::string& directory, const std::vector<Volume>& made) {
  note("create volumes " + directory);
  const std::lock_guard lock(mutex_);
  for (const auto& volume : made) directories_[directory].emplace(volume.name, volume);
}

void FakeHypervisor::write_volume(const std::string& directory, const std::string& name,
                                  const std::string& bytes) {
  note("write volume " + directory + "/" + name);
  const std::lock_guard lock(mutex_);
  directories_[directory][name] = {name, "raw", bytes.size(), ""};
}

void FakeHypervisor::remove_volume(const std::string& directory, const std::string& name) {
  note("remove volume " + directory + "/" + name);
  const std::lock_guard lock(mutex_);
  directories_[directory].erase(name);
}

std::vector<Volume> FakeHypervisor::volumes(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  std::vector<Volume> all;
  if (const auto found = directories_.find(directory); found != directories_.end()) {
    for (const auto& [name, volume] : found->second) all.push_back(volume);
  }
  return all;
}

void FakeHypervisor::remove_directory(const std::string& directory) {
  note("remove directory " + directory);
  const std::lock_guard lock(mutex_);
  directories_.erase(directory);
}

}  // namespace kdevops::hypervisor
