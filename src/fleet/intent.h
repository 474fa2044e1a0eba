// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "fleet/context.h"

namespace kdevops::fleet {

/// What a node shall be: the emitted domain and the image its root disk stands on.
struct Intent {
  std::string xml;    ///< nixos/generated/libvirt/<node>.xml
  std::string base;   ///< absolute path of the base image, links resolved
  std::string hash;   ///< sha256 over both: the same hash means nothing to do
};

/// Reads the intent of `node`. Throws Error (failed) naming the file that is not there and the
/// command that makes it.
Intent load_intent(const Context& context, const plan::Node& node);

/// The path of a system's base image, links resolved; the file need not exist.
std::string base_image(const plan::Plan& plan, const std::string& system);

/// The XML to define: the intent with what only the host knows (accelerator, backing file, how the
/// disks do their input and output) and the rest of our metadata.
std::string definition(const Intent& intent, const HostFacts& facts);

}  // namespace kdevops::fleet
