// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/config.h"
#include "kernel/record.h"
#include "plan/plan.h"

namespace kdevops::kernel {

/// What a guest without a disk image asks of its kernel, besides what all of them do.
struct Guest {
  std::string initrd_head;            ///< first bytes of its initrd: how that is packed; empty: as NixOS does
  std::vector<plan::Drive> drives;
  std::vector<plan::Share> shares;
};

struct Missing {
  std::string symbol;     ///< several that are alternatives: "A or B"
  std::string has;        ///< "n" or "m"
  std::string needed;     ///< "y" or "m": built in, or at least a module
  std::string why;
};

/// What `config` lacks to boot and run `guest`: until /lib/modules is mounted, only what is built in
/// is there. Empty when nothing is.
std::vector<Missing> missing(const Config& config, const Guest& guest);

/// One line per symbol, with what it is for.
std::string describe(const std::vector<Missing>& all);

/// Throws Error (host_not_ready) that lists everything the recorded kernel `name` lacks.
void check_guest(const Record& record, const std::string& name, const Guest& guest, const support::Files& files,
                 support::Processes& processes);

}  // namespace kdevops::kernel
