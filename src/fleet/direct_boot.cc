// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/direct_boot.h"

#include <filesystem>

#include <fmt/format.h>

#include "kernel/guest.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace fs = std::filesystem;

DirectBoot load_direct_boot(const Context& context, const plan::Node& node) {
  const auto link = context.plan.instance.tree + "/nixos/generated/" + node.system + "/result";
  if (!context.files.exists(link + "/boot.json")) {
    throw support::Error(support::ExitCode::failed,
                         fmt::format("the closure of system {} was not built", node.system), link,
                         "Run `make bringup`, which builds it first, or nixos-build.");
  }
  return {nix::read_bootspec(context.files, link),
          kernel::load_record(context.plan.linux, node.kernel, context.files)};
}

std::string fingerprint(const DirectBoot& boot) {
  const auto& [closure, kernel] = boot;
  std::error_code error;
  const auto size = fs::file_size(kernel.image, error);
  const auto changed = fs::last_write_time(kernel.image, error).time_since_epoch().count();
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", closure.toplevel, closure.init, closure.initrd,
                     kernel.release, kernel.modules, kernel.image, size, changed);
}

void check_kernel(const Context& context, const plan::Node& node, const DirectBoot& boot) {
  // Its first bytes say how the ramdisk is packed.
  const auto head = context.files.read_or_throw(boot.closure.initrd).substr(0, 8);
  kernel::check_guest(boot.kernel, node.kernel, {head, node.drives, context.plan.system(node.system).shares},
                      context.files, context.processes);
}

}  // namespace kdevops::fleet
