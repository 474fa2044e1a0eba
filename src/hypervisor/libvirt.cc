// SPDX-License-Identifier: GPL-2.0-or-later
#include "hypervisor/libvirt.h"

#include <cstdlib>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "emit/libvirt.h"
#include "hypervisor/owner.h"

namespace kdevops::hypervisor {

namespace {

State state_of(virDomainPtr domain) {
  int state = 0, reason = 0;
  if (virDomainGetState(domain, &state, &reason, 0) < 0) return State::off;
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED: return State::running;
    case VIR_DOMAIN_PAUSED:
      // What libvirt is just starting, perhaps for someone else, it calls paused for a moment.
      return reason == VIR_DOMAIN_PAUSED_STARTING_UP ? State::running : State::paused;
    case VIR_DOMAIN_PMSUSPENDED: return State::suspended;
    case VIR_DOMAIN_SHUTDOWN: return State::shutting_down;
    case VIR_DOMAIN_CRASHED: return State::crashed;
    default: return State::off;
  }
}

std::optional<Owner> owner_of(virDomainPtr domain) {
  const CString text(
      virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, emit::kMetadataNamespace, 0));
  if (!text) return std::nullopt;
  pugi::xml_document document;
  if (!document.load_string(text.get())) return std::nullopt;
  return read_owner(document.document_element());
}

Domain describe(virDomainPtr domain) {
  char uuid[VIR_UUID_STRING_BUFLEN] = {};
  virDomainGetUUIDString(domain, uuid);
  return {virDomainGetName(domain), uuid, state_of(domain), owner_of(domain)};
}

}  // namespace

const char* to_string(State state) {
  switch (state) {
    case State::off: return "off";
    case State::running: return "running";
    case State::paused: return "paused";
    case State::suspended: return "suspended";
    case State::shutting_down: return "shutting down";
    case State::crashed: return "crashed";
  }
  return "unknown";
}

std::unique_ptr<Hypervisor> open_libvirt(const std::string& uri) {
  return std::make_unique<Libvirt>(uri);
}

Libvirt::Libvirt(std::string uri) : uri_(std::move(uri)) {
  static std::once_flag once;
  std::call_once(once, [] {
    virInitialize();
    // libvirt prints errors to stderr by default; ours are thrown.
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
  });
  connection_.reset(virConnectOpen(uri_.c_str()));
  if (!connection_) throw libvirt_error("cannot connect to libvirt", uri_);
}

bool Libvirt::local() const {
  const auto colon = uri_.find("://");
  return colon == std::string::npos || uri_.compare(colon, 4, ":///") == 0;
}

Host Libvirt::host() {
  virNodeInfo info;
  if (virNodeGetInfo(connection_.get(), &info) < 0) {
    throw libvirt_error("cannot ask for memory and processors", uri_);
  }
  return {info.memory / 1024, info.cpus};
}

QemuUser Libvirt::qemu_user() {
  const CString text(virConnectGetCapabilities(connection_.get()));
  if (!text) throw libvirt_error("cannot ask for the capabilities", uri_);
  pugi::xml_document document;
  document.load_string(text.get());
  const auto label = document.select_node(
      "/capabilities/host/secmodel[model='dac']/baselabel[@type='qemu' or @type='kvm']");
  QemuUser user;
  // "+64055:+107"; without it, QEMU runs as libvirtd does.
  unsigned uid = 0, gid = 0;
  if (std::sscanf(label.node().text().get(), "+%u:+%u", &uid, &gid) == 2) user = {uid, gid};
  return user;
}

DomainHandle Libvirt::find_domain(const std::string& name) {
  DomainHandle found(virDomainLookupByName(connection_.get(), name.c_str()));
  if (!found && last_code() != VIR_ERR_NO_DOMAIN) throw libvirt_error("cannot look it up", name);
  return found;
}

DomainHandle Libvirt::need_domain(const std::string& name) {
  auto found = find_domain(name);
  if (!found) throw libvirt_error("there is no such domain", name);
  return found;
}

std::vector<Domain> Libvirt::domains() {
  virDomainPtr* list = nullptr;
  const int count = virConnectListAllDomains(connection_.get(), &list, 0);
  if (count < 0) throw libvirt_error("cannot list the domains", uri_);
  std::vector<Domain> all;
  all.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const DomainHandle domain(list[i]);
    all.push_back(describe(domain.get()));
  }
  std::free(list);
  return all;
}

std::optional<Domain> Libvirt::domain(const std::string& name) {
  const auto found = find_domain(name);
  if (!found) return std::nullopt;
  return describe(found.get());
}

void Libvirt::define(const std::string& xml) {
  const DomainHandle domain(virDomainDefineXML(connection_.get(), xml.c_str()));
  if (domain) return;
  pugi::xml_document document;
  document.load_string(xml.c_str());
  throw libvirt_error("cannot define the domain", document.child("domain").child_value("name"));
}

void Libvirt::start(const std::string& name) {
  const auto domain = need_domain(name);
  if (virDomainCreate(domain.get()) < 0) throw libvirt_error("cannot start the domain", name);
}

void Libvirt::shut_down(const std::string& name) {
  const auto domain = need_domain(name);
  if (virDomainShutdown(domain.get()) < 0 && state_of(domain.get()) != State::off) {
    throw libvirt_error("cannot shut the domain down", name);
  }
}

void Libvirt::power_off(const std::string& name) {
  const auto domain = find_domain(name);
  if (!domain || state_of(domain.get()) == State::off) return;
  if (virDomainDestroy(domain.get()) < 0 && state_of(domain.get()) != State::off) {
    throw libvirt_error("cannot power the domain off", name);
  }
}

void Libvirt::undefine(const std::string& name) {
  const auto domain = find_domain(name);
  if (!domain || virDomainIsPersistent(domain.get()) == 0) return;
  constexpr unsigned kState = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA;
  // Not every driver knows every flag; a driver that does not know one has no such state either.
  for (const unsigned flags : {kState | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM,
                               kState | VIR_DOMAIN_UNDEFINE_NVRAM, kState, 0U}) {
    if (virDomainUndefineFlags(domain.get(), flags) == 0) return;
    if (last_code() == VIR_ERR_NO_DOMAIN) return;
    if (last_code() != VIR_ERR_INVALID_ARG) break;
  }
  throw libvirt_error("cannot remove the domain", name);
}

}  // namespace kdevops::hypervisor
