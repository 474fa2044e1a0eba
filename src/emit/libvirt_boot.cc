// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/libvirt_boot.h"

#include <fmt/format.h>

#include "emit/libvirt.h"

namespace kdevops::emit {

namespace {

std::string gdb_device(int port) { return fmt::format("tcp:127.0.0.1:{}", port); }

void set_firmware(pugi::xml_node os) {
  set_attribute(os, "firmware", "efi");
  // libvirt would take whatever firmware comes first, and one with Microsoft's keys boots no kernel
  // that was built here.
  auto firmware = child_of(os, "firmware");
  for (const char* name : {"enrolled-keys", "secure-boot"}) {
    if (firmware.find_child_by_attribute("feature", "name", name)) continue;
    auto feature = firmware.append_child("feature");
    set_attribute(feature, "enabled", "no");
    set_attribute(feature, "name", name);
  }
}

void set_direct_boot(pugi::xml_node domain, const plan::Node& node, bool arm) {
  auto devices = domain.child("devices");
  devices.remove_child(root_disk(devices));
  auto os = domain.child("os");
  while (os.remove_child("boot")) {
  }
  child_of(os, "kernel").text().set(kernel_path(node).c_str());
  child_of(os, "initrd").text().set(initrd_path(node).c_str());
  auto words = fmt::format("root=tmpfs console={},115200", arm ? "ttyAMA0" : "ttyS0");
  // gdb has the addresses of the kernel as it was linked.
  if (node.gdb_port != 0) words += " nokaslr";
  auto cmdline = child_of(os, "cmdline");
  const std::string more = cmdline.text().get();
  cmdline.text().set((more.empty() ? words : words + " " + more).c_str());
}

}  // namespace

std::string kernel_path(const plan::Node& node) { return node.directory + "/vmlinuz"; }
std::string initrd_path(const plan::Node& node) { return node.directory + "/initrd"; }

pugi::xml_node root_disk(pugi::xml_node devices) {
  return devices.find_child([](pugi::xml_node disk) {
    return disk.name() == std::string_view("disk") &&
           disk.child("target").attribute("dev").value() == std::string_view("vda");
  });
}

void set_boot(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node) {
  const auto& system = plan.system(node.system);
  if (system.backend == "imageless") {
    set_direct_boot(domain, node, system.platform.starts_with("aarch64"));
  } else if (system.efi) {
    set_firmware(domain.child("os"));
  }
}

void add_gdb_stub(pugi::xml_node domain, const plan::Node& node) {
  if (node.gdb_port == 0) return;
  add_qemu_argument(domain, "-gdb");
  add_qemu_argument(domain, gdb_device(node.gdb_port));
}

void set_gdb_port(pugi::xml_node domain, int port) {
  for (auto argument : domain.child("qemu:commandline").children("qemu:arg")) {
    if (argument.attribute("value").value() != std::string_view("-gdb")) continue;
    set_attribute(argument.next_sibling("qemu:arg"), "value", gdb_device(port));
  }
}

}  // namespace kdevops::emit
