// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "fleet/context.h"
#include "fleet/direct_boot.h"

namespace kdevops::fleet {

/// What a node shall be: the emitted domain and what it boots from.
struct Intent {
  std::string xml;    ///< nixos/generated/libvirt/<node>.xml
  std::string base;   ///< absolute path, links resolved: the base image, or an imageless node's closure
  std::string hash;   ///< sha256 over all of it: the same hash means nothing to do
  std::optional<DirectBoot> boot;  ///< of an imageless node
};

/// Reads the intent of `node`. Throws Error (failed) naming the file that is not there and the
/// command that makes it.
Intent load_intent(const Context& context, const plan::Node& node);

/// The path of a system's base image, links resolved; the file need not exist.
std::string base_image(const plan::Plan& plan, const std::string& system);

/// The XML to define: the intent with what only the host knows (accelerator, backing file or closure,
/// how the disks do their input and output, the gdb stub's port) and the rest of our metadata.
/// `gdb_port` 0: the node has no stub.
std::string definition(const Intent& intent, const HostFacts& facts, int gdb_port);

}  // namespace kdevops::fleet
