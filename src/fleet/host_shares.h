// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "hypervisor/hypervisor.h"
#include "plan/plan.h"

namespace kdevops::fleet {

/// Throws Error saying what keeps the nodes of `plan` from seeing the directories they share with
/// this host: no virtiofsd, a directory that is not there, one that QEMU's user cannot reach by 9p.
void check_shares(const plan::Plan& plan, const hypervisor::QemuUser& user);

/// The virtiofsd that libvirt would start: named by one of the descriptions in `directories`, or one
/// in the usual places. "" when there is none.
std::string find_virtiofsd(const std::vector<std::string>& directories);

/// The first directory on the way to `path`, or `path` itself, that `user` may not enter; "" when
/// there is none.
std::string unreachable_for(const std::string& path, const hypervisor::QemuUser& user);

}  // namespace kdevops::fleet
