// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <pugixml.hpp>

#include "hypervisor/hypervisor.h"

namespace kdevops::hypervisor {

/// Our metadata, from its element in a domain.
Owner read_owner(pugi::xml_node element);

}  // namespace kdevops::hypervisor
