// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include <pugixml.hpp>

#include "plan/plan.h"

namespace kdevops::emit {

/// Where an imageless node's kernel and initial ramdisk are put for QEMU, which runs as another user
/// and may not reach where they were built.
std::string kernel_path(const plan::Node& node);
std::string initrd_path(const plan::Node& node);

/// Firmware, or for an imageless node the kernel to boot directly: <kernel>, <initrd> and the part
/// of the command line that is known before the closure is. Words of the template's own <cmdline>
/// stay behind ours. An imageless node also loses the template's root disk.
void set_boot(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node);

/// Adds QEMU's gdb stub on loopback, when the node has one.
void add_gdb_stub(pugi::xml_node domain, const plan::Node& node);
/// Moves the stub that add_gdb_stub() added to another port.
void set_gdb_port(pugi::xml_node domain, int port);

/// The disk that holds the guest's root: the one with <target dev='vda'>.
pugi::xml_node root_disk(pugi::xml_node devices);

}  // namespace kdevops::emit
