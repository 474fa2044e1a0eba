// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/host.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "fleet/host_shares.h"
#include "support/descriptor.h"
#include "support/error.h"
#include "support/kvm_probe.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

bool io_uring_works() {
  io_uring_params parameters{};
  const long fd = syscall(SYS_io_uring_setup, 1, &parameters);
  if (fd < 0) return false;  // not built in, forbidden by sysctl or seccomp
  close(static_cast<int>(fd));
  return true;
}

/// The deepest directory of `path` that exists.
std::string existing_parent(std::string path) {
  while (path.size() > 1 && access(path.c_str(), F_OK) != 0) {
    path.resize(std::max<std::size_t>(path.rfind('/'), 1));
  }
  return path;
}

/// Whether a file below `storage` can be opened with O_DIRECT; where we may not write, it is taken
/// to be so.
bool direct_io_works(const std::string& storage) {
  const support::Descriptor file(
      open(existing_parent(storage).c_str(), O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600));
  return file || errno != EINVAL;
}

bool use_kvm(const plan::Plan& plan, hypervisor::Hypervisor& hypervisor,
             const std::function<void(const std::string&)>& warn) {
  if (plan.libvirt.accelerator == "tcg") return false;
  if (!hypervisor.local() || !hypervisor.uri().starts_with("qemu")) {
    return plan.libvirt.accelerator == "kvm";
  }
  const auto probe = support::probe_kvm();
  if (probe.works) return true;
  if (plan.libvirt.accelerator == "kvm") {
    throw Error(ExitCode::host_not_ready, "KVM does not work here: " + probe.reason, "/dev/kvm",
                "Load kvm_intel or kvm_amd and join the group kvm, or let the guests be emulated with "
                "CONFIG_LIBVIRT_ACCEL_AUTO or CONFIG_LIBVIRT_ACCEL_TCG.");
  }
  warn("guests are emulated by QEMU, which is slow, because KVM does not work here: " + probe.reason);
  return false;
}

}  // namespace

HostFacts ask_host(const plan::Plan& plan, hypervisor::Hypervisor& hypervisor,
                   const std::function<void(const std::string&)>& warn) {
  HostFacts facts;
  if (hypervisor.local()) check_shares(plan, hypervisor.qemu_user());
  facts.kvm = use_kvm(plan, hypervisor, warn);
  const bool drives = std::any_of(plan.nodes.begin(), plan.nodes.end(),
                                  [](const plan::Node& node) { return !node.drives.empty(); });
  facts.io_uring = io_uring_works();
  const auto& virt = plan.libvirt;
  if (!drives) return facts;
  if (!hypervisor.local()) return facts;
  facts.direct_io = direct_io_works(virt.storage);
  if (!facts.direct_io && (virt.cache_mode == "none" || virt.cache_mode == "directsync")) {
    warn(fmt::format("the file system of {} has no O_DIRECT: extra drives use the page cache, not "
                     "cache mode {}", virt.storage, virt.cache_mode));
  }
  if (!facts.io_uring && virt.aio_mode == "io_uring") {
    warn("this host has no io_uring: extra drives use another AIO mode");
  }
  return facts;
}

}  // namespace kdevops::fleet
