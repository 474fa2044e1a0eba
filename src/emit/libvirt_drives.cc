// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/libvirt_drives.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emit/libvirt.h"
#include "support/error.h"

namespace kdevops::emit {

namespace {

/// The first slot on the root bus for NVMe; libvirt fills the bus from slot 1 upwards.
constexpr int kNvmeSlot = 0x10;

bool bypasses_page_cache(const std::string& cache) {
  return cache == "none" || cache == "directsync";
}

/// Target names the template's own disks took; the root disk's is not for others where there is none.
std::set<std::string> taken_targets(pugi::xml_node devices) {
  std::set<std::string> taken{"vda"};
  for (const auto disk : devices.children("disk")) {
    taken.insert(disk.child("target").attribute("dev").value());
  }
  return taken;
}

std::string free_target(const std::string& prefix, std::set<std::string>& taken) {
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    if (const auto name = prefix + letter; taken.insert(name).second) return name;
  }
  throw support::Error(support::ExitCode::configuration,
                       fmt::format("more than 26 disks named {}a, {}b, ...", prefix, prefix),
                       "templates/libvirt/domain.xml");
}

void add_disk(pugi::xml_node devices, const plan::Libvirt& virt, const plan::Drive& drive,
              const std::string& path, std::set<std::string>& taken) {
  const std::string bus = drive.bus == "ide" && virt.machine != "pc" ? "sata" : drive.bus;
  auto disk = devices.append_child("disk");
  set_attribute(disk, "type", "file");
  set_attribute(disk, "device", "disk");
  auto driver = disk.append_child("driver");
  set_attribute(driver, "name", "qemu");
  set_attribute(driver, "type", drive.format);
  set_attribute(driver, "cache", virt.cache_mode);
  set_attribute(driver, "io", usable_aio(virt.aio_mode, virt.cache_mode));
  set_attribute(driver, "discard", "unmap");
  set_attribute(disk.append_child("source"), "file", path);
  if (drive.logical_block_size != 512 || drive.physical_block_size != 512) {
    auto blocks = disk.append_child("blockio");
    set_attribute(blocks, "logical_block_size", std::to_string(drive.logical_block_size));
    set_attribute(blocks, "physical_block_size", std::to_string(drive.physical_block_size));
  }
  auto target = disk.append_child("target");
  const char* prefix = bus == "virtio" ? "vd" : bus == "ide" ? "hd" : "sd";
  set_attribute(target, "dev", free_target(prefix, taken));
  set_attribute(target, "bus", bus);
  disk.append_child("serial").text().set(drive.serial.c_str());

  if (bus == "scsi" && !devices.find_child_by_attribute("controller", "type", "scsi")) {
    auto controller = devices.append_child("controller");
    set_attribute(controller, "type", "scsi");
    set_attribute(controller, "model", "virtio-scsi");
  }
}

void add_nvme(pugi::xml_node domain, const plan::Libvirt& virt, const plan::Drive& drive,
              const std::string& path, std::size_t index) {
  const bool direct = bypasses_page_cache(virt.cache_mode);
  const bool write_cache = virt.cache_mode != "writethrough" && virt.cache_mode != "directsync";
  nlohmann::ordered_json cache{{"direct", direct}, {"no-flush", virt.cache_mode == "unsafe"}};
  nlohmann::ordered_json backend{
      {"driver", drive.format},
      {"node-name", fmt::format("kdevops-drive{}", index)},
      {"discard", "unmap"},
      {"cache", cache},
      {"file",
       {{"driver", "file"},
        {"filename", path},
        {"aio", usable_aio(virt.aio_mode, virt.cache_mode)},
        {"discard", "unmap"},
        {"cache", cache}}}};
  add_qemu_argument(domain, "-blockdev");
  add_qemu_argument(domain, backend.dump());
  add_qemu_argument(domain, "-device");
  add_qemu_argument(domain, fmt::format("nvme,id=kdevops-nvme{0},serial={1},bus=pcie.0,addr={2:#x}",
                                        index, drive.serial, kNvmeSlot + index));
  add_qemu_argument(domain, "-device");
  add_qemu_argument(domain,
                    fmt::format("nvme-ns,drive=kdevops-drive{0},bus=kdevops-nvme{0},nsid=1,"
                                "logical_block_size={1},physical_block_size={2},write-cache={3}",
                                index, drive.logical_block_size, drive.physical_block_size,
                                write_cache ? "on" : "off"));
}

}  // namespace

std::string drive_path(const plan::Node& node, std::size_t index) {
  return fmt::format("{}/extra{}.{}", node.directory, index, node.drives.at(index).format);
}

std::string usable_aio(const std::string& aio, const std::string& cache) {
  return aio == "native" && !bypasses_page_cache(cache) ? "threads" : aio;
}

void add_drives(pugi::xml_node domain, const plan::Plan& plan, const plan::Node& node) {
  auto devices = domain.child("devices");
  auto taken = taken_targets(devices);
  for (std::size_t i = 0; i < node.drives.size(); ++i) {
    const auto& drive = node.drives[i];
    if (drive.bus == "nvme") {
      add_nvme(domain, plan.libvirt, drive, drive_path(node, i), i);
    } else {
      add_disk(devices, plan.libvirt, drive, drive_path(node, i), taken);
    }
  }
}

}  // namespace kdevops::emit
