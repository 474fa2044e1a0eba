// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

#include "fleet/context.h"

namespace kdevops::fleet {

/// Finds out what the host can do for the plan: KVM only when plan.libvirt.accelerator allows it
/// and a virtual processor has really run; io_uring and O_DIRECT only when a drive asks for them.
/// `warn` gets one sentence per fallback. CONFIG_LIBVIRT_ACCEL_KVM without a KVM that works throws
/// Error (host_not_ready).
HostFacts ask_host(const plan::Plan& plan, hypervisor::Hypervisor& hypervisor,
                   const std::function<void(const std::string&)>& warn);

}  // namespace kdevops::fleet
