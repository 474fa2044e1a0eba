// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include <pugixml.hpp>

#include "plan/plan.h"

namespace kdevops::emit {

/// The file of drive number `index` of `node`: <directory>/extra<index>.<format>.
std::string drive_path(const plan::Node& node, std::size_t index);

/// Adds the extra drives of `node` to a libvirt domain. virtio, scsi and ide become <disk>s with
/// their serial (ide as SATA on q35, which has no IDE controller); nvme, which libvirt does not
/// know, goes to QEMU's command line as -blockdev and -device.
void add_drives(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node);

/// Linux AIO needs O_DIRECT; with a cache mode that has it not, libvirt refuses io='native'.
/// Returns `aio` or, where it cannot be, "threads".
std::string usable_aio(const std::string& aio, const std::string& cache);

}  // namespace kdevops::emit
