// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/libvirt.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "emit/libvirt_boot.h"
#include "emit/libvirt_drives.h"
#include "emit/libvirt_shares.h"
#include "support/error.h"
#include "support/hash.h"

namespace kdevops::emit {

namespace {

using support::Error;
using support::ExitCode;

/// A template: its document, and where to point when something is missing in it.
class Template {
 public:
  Template(const plan::Plan& plan, const char* name, const std::string& text)
      : file_(plan.instance.topdir + "/templates/libvirt/" + name),
        text_(text),
        document(load_xml(text, file_)) {}

  /// The element `found`, or an Error at the line of `parent`.
  pugi::xml_node need(pugi::xml_node found, pugi::xml_node parent, std::string_view what) const {
    if (found) return found;
    const auto end = text_.begin() + std::max<std::ptrdiff_t>(parent.offset_debug(), 0);
    throw Error(ExitCode::configuration, fmt::format("{} is missing in the template", what),
                fmt::format("{}:{}", file_, 1 + std::count(text_.begin(), end, '\n')),
                "Put it back as it is in the template that comes with the sources.");
  }
  pugi::xml_node need(pugi::xml_node parent, const char* name) const {
    return need(parent.child(name), parent, fmt::format("<{}>", name));
  }

 private:
  std::string file_;
  const std::string& text_;

 public:
  pugi::xml_document document;
};

void set_text(pugi::xml_node element, const std::string& text) { element.text().set(text.c_str()); }

void set_platform(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node) {
  const auto& platform = plan.system(node.system).platform;
  const bool arm = platform.rfind("aarch64", 0) == 0;
  auto type = child_of(child_of(domain, "os"), "type");
  set_attribute(type, "arch", arm ? "aarch64" : "x86_64");
  set_attribute(type, "machine", plan.libvirt.machine);
  if (!arm) return;
  // An Arm "virt" machine has none of the PC's interrupt controller and timers.
  domain.child("features").remove_child("apic");
  auto clock = domain.child("clock");
  while (clock.remove_child("timer")) {
  }
}

void add_metadata(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node) {
  auto element = child_of(domain, "metadata").append_child("kdevops:node");
  set_attribute(element, "xmlns:kdevops", kMetadataNamespace);
  set_attribute(element, "tree", plan.instance.tree);
  set_attribute(element, "id", plan.instance.id);
  set_attribute(element, "node", node.name);
  set_attribute(element, "mac", node.mac);
  set_attribute(element, "network", plan.libvirt.network);
  set_attribute(element, "directory", node.directory);
}

/// A desktop without a screen is of no use.
bool has_desktop(const plan::System& system) {
  return std::any_of(system.profiles.begin(), system.profiles.end(),
                     [](const std::string& name) { return name == "gnome" || name == "sway"; });
}

void add_vnc(pugi::xml_node devices) {
  if (devices.child("graphics")) return;
  auto graphics = devices.append_child("graphics");
  set_attribute(graphics, "type", "vnc");
  set_attribute(graphics, "port", "-1");
  set_attribute(graphics, "autoport", "yes");
  set_attribute(graphics, "listen", "127.0.0.1");
  if (devices.child("video")) return;
  set_attribute(devices.append_child("video").append_child("model"), "type", "virtio");
}

/// A pointer that is where the viewer's is.
void add_tablet(pugi::xml_node devices) {
  auto input = devices.append_child("input");
  set_attribute(input, "type", "tablet");
  set_attribute(input, "bus", "virtio");
}

}  // namespace

pugi::xml_document load_xml(const std::string& text, const std::string& file) {
  pugi::xml_document document;
  const auto result = document.load_buffer(text.data(), text.size());
  if (!result || !document.document_element()) {
    const auto end = text.begin() + std::clamp<std::ptrdiff_t>(result.offset, 0, std::ssize(text));
    throw Error(ExitCode::configuration, fmt::format("not an XML document: {}", result.description()),
                fmt::format("{}:{}", file, 1 + std::count(text.begin(), end, '\n')));
  }
  return document;
}

std::string print_xml(const pugi::xml_node& document) {
  std::ostringstream out;
  document.print(out, "  ", pugi::format_default | pugi::format_no_declaration);
  return out.str();
}

void set_attribute(pugi::xml_node element, const char* name, std::string_view value) {
  auto attribute = element.attribute(name);
  if (!attribute) attribute = element.append_attribute(name);
  attribute.set_value(std::string(value).c_str());
}

pugi::xml_node child_of(pugi::xml_node parent, const char* name) {
  const auto found = parent.child(name);
  return found ? found : parent.append_child(name);
}

void add_qemu_argument(pugi::xml_node domain, const std::string& value) {
  set_attribute(domain, "xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0");
  set_attribute(child_of(domain, "qemu:commandline").append_child("qemu:arg"), "value", value);
}

void set_accelerator(pugi::xml_node domain, bool kvm) {
  set_attribute(domain, "type", kvm ? "kvm" : "qemu");
  if (kvm) return;
  auto cpu = domain.child("cpu");
  const std::string_view mode = cpu.attribute("mode").value();
  // What the host's processor can do says nothing about the translator.
  if (cpu && (mode == "host-passthrough" || mode == "host-model")) {
    set_attribute(cpu, "mode", "maximum");
    cpu.remove_attribute("check");
    cpu.remove_attribute("migratable");
  }
  auto vcpu = domain.child("vcpu");
  if (vcpu.text().as_int() == 1) {
    set_attribute(vcpu, "current", "1");
    set_text(vcpu, "2");
  }
}

std::string domain_uuid(const plan::Plan& plan, const plan::Node& node) {
  auto hex = support::sha256_hex(plan.instance.tree + '\n' + node.name);
  hex[12] = '8';
  hex[16] = "89ab"[(hex[16] >= 'a' ? hex[16] - 'a' + 10 : hex[16] - '0') & 3];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

std::string domain_xml(const plan::Plan& plan, const plan::Node& node,
                       const std::string& template_text) {
  Template from(plan, "domain.xml", template_text);
  auto domain = from.need(from.document, "domain");
  auto devices = from.need(domain, "devices");
  const auto& virt = plan.libvirt;

  set_text(child_of(domain, "name"), node.name);
  if (!domain.child("uuid")) domain.insert_child_after("uuid", domain.child("name"));
  set_text(domain.child("uuid"), domain_uuid(plan, node));
  add_metadata(domain, plan, node);
  set_platform(domain, plan, node);
  domain.remove_child("currentMemory");
  set_attribute(child_of(domain, "memory"), "unit", "MiB");
  set_text(domain.child("memory"), std::to_string(virt.memory_mib));
  auto vcpu = child_of(domain, "vcpu");
  vcpu.remove_attribute("current");
  set_text(vcpu, std::to_string(virt.vcpus));
  if (virt.host_passthrough) {
    set_attribute(child_of(domain, "cpu"), "mode", "host-passthrough");
  } else if (domain.child("cpu").attribute("mode").value() == std::string_view("host-passthrough")) {
    set_attribute(domain.child("cpu"), "mode", "host-model");
  }
  set_text(child_of(devices, "emulator"), virt.emulator);

  auto root = root_disk(devices);
  from.need(root, devices, "the root disk, <disk> with <target dev='vda'>,");
  set_attribute(child_of(root, "source"), "file", node.directory + "/root.qcow2");
  set_boot(domain, plan, node);

  const auto interface = from.need(devices.find_child_by_attribute("interface", "type", "network"),
                                   devices, "<interface type='network'>");
  set_attribute(child_of(interface, "mac"), "address", node.mac);
  set_attribute(child_of(interface, "source"), "network", virt.network);

  const auto serial = from.need(devices, "serial");
  set_attribute(child_of(serial, "log"), "file", node.directory + "/console.log");
  set_attribute(serial.child("log"), "append", "off");

  const bool desktop = has_desktop(plan.system(node.system));
  if (virt.vnc || desktop) add_vnc(devices);
  if (desktop && !devices.child("input")) add_tablet(devices);
  add_shares(domain, plan, node);
  add_drives(domain, plan, node);
  add_gdb_stub(domain, node);
  set_accelerator(domain, virt.accelerator != "tcg");
  return print_xml(from.document);
}

std::string network_xml(const plan::Plan& plan, const std::string& template_text) {
  Template from(plan, "network.xml", template_text);
  auto network = from.need(from.document, "network");
  set_text(child_of(network, "name"), plan.libvirt.network);
  auto dhcp = from.need(from.need(network, "ip"), "dhcp");
  const auto sample = from.need(dhcp, "host");
  for (const auto& node : plan.nodes) {
    auto host = dhcp.append_copy(sample);
    set_attribute(host, "mac", node.mac);
    set_attribute(host, "name", node.name);
  }
  dhcp.remove_child(sample);
  return print_xml(from.document);
}

}  // namespace kdevops::emit
