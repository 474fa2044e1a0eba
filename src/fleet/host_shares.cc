// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/host_shares.h"

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/error.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

bool needs_virtiofs(const plan::System& system) {
  return system.backend == "imageless" ||
         std::any_of(system.shares.begin(), system.shares.end(),
                     [](const plan::Share& share) { return share.driver == "virtiofs"; });
}

void check_share(const plan::Share& share, const hypervisor::QemuUser& user) {
  if (access(share.directory.c_str(), F_OK) != 0) {
    throw Error(ExitCode::failed, fmt::format("the directory to share as {} is not there", share.mount_point),
                share.directory,
                share.driver == "9p" ? "`make linux-clone` puts the kernel's sources there." : "Make it first.");
  }
  // virtiofsd is started by libvirt and runs as it does; 9p is served by QEMU itself.
  if (share.driver != "9p") return;
  const auto wall = unreachable_for(share.directory, user);
  if (wall.empty()) return;
  throw Error(ExitCode::host_not_ready,
              fmt::format("QEMU, which runs as user {}, cannot reach the directory to share as {}: it may "
                          "not enter {}", user.uid, share.mount_point, wall),
              share.directory,
              fmt::format("`chmod o+x {}`, or share a directory elsewhere with "
                          "CONFIG_BOOTLINUX_9P_HOST_PATH.", support::shell_quote({wall})));
}

}  // namespace

std::string find_virtiofsd(const std::vector<std::string>& directories) {
  const support::RealFiles files;
  for (const auto& directory : directories) {
    for (const auto& name : files.list(directory)) {
      if (!name.ends_with(".json")) continue;
      const auto text = files.read(directory + "/" + name).value_or("");
      const auto json = nlohmann::json::parse(text, nullptr, false);
      if (!json.is_object() || json.value("type", "") != "fs") continue;
      const auto binary = json.value("binary", "");
      if (access(binary.c_str(), X_OK) == 0) return binary;
    }
  }
  for (const char* binary : {"/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd",
                             "/run/current-system/sw/bin/virtiofsd"}) {
    if (access(binary, X_OK) == 0) return binary;
  }
  return {};
}

std::string unreachable_for(const std::string& path, const hypervisor::QemuUser& user) {
  if (user.uid == 0) return {};
  for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const auto prefix = path.substr(0, end);
    struct stat st {};
    if (stat(prefix.c_str(), &st) != 0) return prefix;
    const mode_t enter = st.st_uid == user.uid ? S_IXUSR : st.st_gid == user.gid ? S_IXGRP : S_IXOTH;
    if ((st.st_mode & enter) == 0) return prefix;
    if (end == std::string::npos) return {};
  }
}

void check_shares(const plan::Plan& plan, const hypervisor::QemuUser& user) {
  for (const auto& system : plan.systems) {
    if (needs_virtiofs(system) &&
        find_virtiofsd({"/etc/qemu/vhost-user", "/usr/share/qemu/vhost-user"}).empty()) {
      throw Error(ExitCode::host_not_ready,
                  "virtiofsd is missing, and the nodes get directories of this host by virtiofs", system.name,
                  "`make deps` installs it; it is in the package qemu-system-common or virtiofsd.");
    }
    for (const auto& share : system.shares) check_share(share, user);
  }
}

}  // namespace kdevops::fleet
