// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/machines.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "plan/identity.h"
#include "plan/values.h"

namespace kdevops::plan {

using kconfig::Config;

Nix plan_nix(const Config& config, const Site& site) {
  Nix nix;
  nix.library = source_path(required(config, "NIXOS_FLAKE_PATH", "nixos/flake"), site.topdir);
  auto url = single_line(config, "NIXOS_NIXPKGS_URL", "");
  // path: references are relative to the sources, so that .config holds no path of a machine.
  constexpr std::string_view scheme = "path:";
  if (url.starts_with(scheme) && !url.starts_with("path:/")) {
    const auto path = url.substr(scheme.size());
    nix.standin = path == "nixos/standin" || path == "./nixos/standin";
    url = fmt::format("path:{}/{}", site.topdir, path.starts_with("./") ? path.substr(2) : path);
  }
  nix.nixpkgs_url = url;
  nix.flakes = config.find("NIXOS_USE_FLAKES") == nullptr || config.enabled("NIXOS_USE_FLAKES");
  nix.channel = single_line(config, "NIXOS_CHANNEL", "nixos-26.05");
  nix.use_local_mirror = config.enabled("NIXOS_USE_LOCAL_MIRROR");
  nix.mirror_url = single_line(config, "NIXOS_MIRROR_URL", "");
  if (nix.use_local_mirror && nix.mirror_url.empty()) {
    throw config.error("NIXOS_MIRROR_URL", "is empty although CONFIG_NIXOS_USE_LOCAL_MIRROR=y",
                       "give the URL of the binary cache, e.g. http://cache:8080 or file:///mirror/nix-cache");
  }
  return nix;
}

Libvirt plan_libvirt(const Config& config, const Variables& variables) {
  Libvirt libvirt;
  libvirt.uri = required(config, "LIBVIRT_URI", "qemu:///system");
  libvirt.network = required(config, "LIBVIRT_NETWORK", "default");
  libvirt.storage = resolve_jinja(config, variables, "NIXOS_STORAGE_DIR",
                                  "/var/lib/libvirt/images/kdevops/nixos");
  if (!libvirt.storage.starts_with('/') || libvirt.storage.find('\n') != std::string::npos) {
    throw config.error("NIXOS_STORAGE_DIR", fmt::format("\"{}\" is no absolute path", libvirt.storage),
                       "libvirt opens the disks by absolute path");
  }
  // qemu's -drive splits at commas, and NVMe drives need -drive.
  if (libvirt.storage.find(',') != std::string::npos) {
    throw config.error("NIXOS_STORAGE_DIR", "a comma in the path is not possible");
  }
  libvirt.emulator = required(config, "QEMU_BIN_PATH", "/usr/bin/qemu-system-x86_64");
  if (libvirt.emulator.front() != '/') {
    throw config.error("QEMU_BIN_PATH", fmt::format("\"{}\" is no absolute path", libvirt.emulator.substr(0, 80)));
  }
  libvirt.machine = required(config, "LIBVIRT_MACHINE_TYPE_STRING", "q35");
  if (libvirt.machine.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
      std::string::npos) {
    throw config.error("LIBVIRT_MACHINE_TYPE_STRING",
                       fmt::format("\"{}\" is no machine type", libvirt.machine.substr(0, 80)),
                       "q35 on x86_64, virt on aarch64; qemu-system-x86_64 -machine help lists more");
  }
  libvirt.qemu_group = single_line(config, "LIBVIRT_QEMU_GROUP", "libvirt-qemu");
  libvirt.host_passthrough = config.find("LIBVIRT_HOST_PASSTHROUGH") == nullptr ||
                             config.enabled("LIBVIRT_HOST_PASSTHROUGH");
  libvirt.vcpus = in_range(config, "NIXOS_VM_VCPUS", 4, 1, 512);
  libvirt.memory_mib = in_range(config, "NIXOS_VM_MEMORY_MB", 4096, 128, 16 * 1024 * 1024);
  libvirt.aio_mode = one_of(config, "LIBVIRT_AIO_MODE", {"io_uring", "native", "threads"});
  libvirt.cache_mode = one_of(config, "LIBVIRT_AIO_CACHE_MODE",
                              {"none", "writethrough", "writeback", "directsync", "unsafe", "default"});
  libvirt.vnc = config.enabled("LIBVIRT_ENABLE_VNC");
  libvirt.gdb = config.enabled("LIBVIRT_ENABLE_GDB");
  libvirt.accelerator = config.enabled("LIBVIRT_ACCEL_KVM")   ? "kvm"
                        : config.enabled("LIBVIRT_ACCEL_TCG") ? "tcg"
                                                              : "auto";
  return libvirt;
}

std::vector<Drive> plan_drives(const Config& config) {
  const int count = in_range(config, "LIBVIRT_EXTRA_STORAGE_DRIVE_COUNT", 4, 0, 26);
  Drive drive;
  drive.bus = config.enabled("LIBVIRT_EXTRA_STORAGE_DRIVE_NVME")   ? "nvme"
              : config.enabled("LIBVIRT_EXTRA_STORAGE_DRIVE_IDE")  ? "ide"
              : config.enabled("LIBVIRT_EXTRA_STORAGE_DRIVE_SCSI") ? "scsi"
                                                                   : "virtio";
  drive.format = one_of(config, "LIBVIRT_EXTRA_DRIVE_FORMAT", {"raw", "qcow2"});
  drive.size_bytes = static_cast<std::uint64_t>(
                         in_range(config, "LIBVIRT_EXTRA_DRIVE_SIZE_GB", 100, 1, 1024 * 1024))
                     << 30;
  if (drive.bus == "nvme") {
    drive.logical_block_size =
        in_range(config, "LIBVIRT_EXTRA_STORAGE_NVME_LOGICAL_BLOCK_SIZE", 512, 512, 2 << 20);
    drive.physical_block_size = drive.logical_block_size;
  } else if (drive.bus == "virtio") {
    drive.logical_block_size =
        in_range(config, "LIBVIRT_EXTRA_STORAGE_VIRTIO_LOGICAL_BLOCK_SIZE", 512, 512, 2 << 20);
    drive.physical_block_size =
        in_range(config, "LIBVIRT_EXTRA_STORAGE_VIRTIO_PHYSICAL_BLOCK_SIZE", 512, 512, 2 << 20);
  }
  std::vector<Drive> drives;
  for (int i = 0; i < count; ++i) {
    drive.serial = fmt::format("kdevops{}", i);
    drives.push_back(drive);
  }
  return drives;
}

void assign_macs(std::vector<Node>& nodes, const std::string& tree) {
  std::vector<Node*> by_name;
  for (auto& node : nodes) by_name.push_back(&node);
  std::sort(by_name.begin(), by_name.end(), [](auto* a, auto* b) { return a->name < b->name; });
  std::set<std::string> used;
  for (auto* node : by_name) {
    for (int attempt = 0;; ++attempt) {
      node->mac = mac_address(tree, node->name, attempt);
      if (used.insert(node->mac).second) break;
    }
  }
}

void assign_gdb_ports(std::vector<Node>& nodes, const std::string& tree, const Config& config) {
  int port = in_range(config, "LIBVIRT_GDB_BASEPORT", 0, 0, 65535);
  if (port == 0) port = 20000 + static_cast<int>(std::stoul(instance_id(tree), nullptr, 16) % 10000);
  for (auto& node : nodes) {
    if (port > 65535) {
      throw config.error("LIBVIRT_GDB_BASEPORT", fmt::format("{} nodes need ports up to {}", nodes.size(),
                                                             port), "choose a lower first port");
    }
    node.gdb_port = port++;
  }
}

}  // namespace kdevops::plan
