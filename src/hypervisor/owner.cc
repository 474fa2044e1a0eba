// SPDX-License-Identifier: GPL-2.0-or-later
#include "hypervisor/owner.h"

namespace kdevops::hypervisor {

Owner read_owner(pugi::xml_node element) {
  const auto get = [&](const char* name) { return std::string(element.attribute(name).value()); };
  Owner owner;
  owner.tree = get("tree");
  owner.id = get("id");
  owner.node = get("node");
  owner.mac = get("mac");
  owner.network = get("network");
  owner.directory = get("directory");
  owner.base = get("base");
  owner.intent = get("intent");
  owner.tool_version = get("tool");
  owner.kvm = get("accelerator") == "kvm";
  owner.kernel = get("kernel");
  owner.gdb_port = element.attribute("gdb").as_int();
  return owner;
}

}  // namespace kdevops::hypervisor
