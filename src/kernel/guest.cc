// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/guest.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::kernel {

using support::Error;
using support::ExitCode;

namespace {

enum class Form { built_in, module };

struct Need {
  std::string_view symbol;
  Form form;
  std::string_view why;
};

// Before the first module can be loaded: the initrd holds none.
constexpr std::array early{
    Need{"MODULES", Form::built_in, "the guest loads modules from the host's directory"},
    Need{"BLK_DEV_INITRD", Form::built_in, "it boots from an initrd"},
    Need{"BINFMT_ELF", Form::built_in, "the initrd's programs"},
    Need{"BINFMT_SCRIPT", Form::built_in, "NixOS starts services through scripts"},
    Need{"PCI", Form::built_in, "every device of the guest is on PCI Express"},
    Need{"VIRTIO_PCI", Form::built_in, "every device of the guest is a virtio device on PCI"},
    Need{"FUSE_FS", Form::built_in, "virtiofs speaks FUSE"},
    Need{"VIRTIO_FS", Form::built_in, "/nix/store and /lib/modules come by virtiofs"},
    Need{"TMPFS", Form::built_in, "the root file system is in memory"},
    Need{"OVERLAY_FS", Form::built_in, "writable directories over the read-only store"},
    Need{"DEVTMPFS", Form::built_in, "systemd: /dev"},
    Need{"UNIX98_PTYS", Form::built_in, "terminals of SSH sessions"},
};

// What NixOS asserts for systemd when it builds the kernel itself.
constexpr std::array systemd{
    Need{"CGROUPS", Form::built_in, "systemd: units are control groups"},
    Need{"INOTIFY_USER", Form::built_in, "systemd: path units"},
    Need{"SIGNALFD", Form::built_in, "systemd: its event loop"},
    Need{"TIMERFD", Form::built_in, "systemd: its event loop"},
    Need{"EPOLL", Form::built_in, "systemd: its event loop"},
    Need{"NET", Form::built_in, "systemd: netlink"},
    Need{"UNIX", Form::built_in, "systemd: D-Bus, the journal"},
    Need{"SYSFS", Form::built_in, "systemd: /sys"},
    Need{"PROC_FS", Form::built_in, "systemd: /proc"},
    Need{"FHANDLE", Form::built_in, "systemd: udev"},
    Need{"CRYPTO_USER_API_HASH", Form::module, "systemd: hashes by the kernel"},
    Need{"CRYPTO_HMAC", Form::module, "systemd: hashes by the kernel"},
    Need{"CRYPTO_SHA256", Form::module, "systemd: hashes by the kernel"},
    Need{"DMIID", Form::built_in, "systemd: what machine it runs on"},
    Need{"TMPFS_POSIX_ACL", Form::built_in, "systemd: access for the user at the seat"},
    Need{"TMPFS_XATTR", Form::built_in, "systemd: attributes in /run"},
    Need{"SECCOMP", Form::built_in, "systemd: system call filters"},
};

constexpr std::array network{
    Need{"INET", Form::built_in, "SSH"},
    Need{"VIRTIO_NET", Form::module, "the guest's network card"},
    Need{"PACKET", Form::module, "DHCP reads raw packets"},
};

class Check {
 public:
  explicit Check(const Config& config) : config_(config) {}

  void need(const Need& need) { need_any({need.symbol}, need.form, need.why); }

  /// One of `symbols`.
  void need_any(std::initializer_list<std::string_view> symbols, Form form, std::string_view why) {
    std::string has = "n";
    for (const auto symbol : symbols) {
      const auto value = get(symbol);
      if (value == "y" || (value == "m" && form == Form::module)) return;
      if (value == "m") has = value;
    }
    found.push_back({fmt::format("{}", fmt::join(symbols, " or ")), has, form == Form::built_in ? "y" : "m",
                     std::string(why)});
  }

  std::string get(std::string_view symbol) const {
    const auto it = config_.find(std::string(symbol));
    return it == config_.end() ? "n" : it->second;
  }

  std::vector<Missing> found;

 private:
  const Config& config_;
};

/// NixOS packs with zstd unless told otherwise.
void need_unpacker(Check& check, std::string_view head) {
  struct Packing {
    std::string_view magic, symbol, name;
  };
  constexpr std::array<Packing, 5> packings{{{"\x1f\x8b", "RD_GZIP", "gzip"},
                                             {"\xfd" "7zXZ", "RD_XZ", "xz"},
                                             {"\x02\x21", "RD_LZ4", "lz4"},
                                             {"BZh", "RD_BZIP2", "bzip2"},
                                             {"\x28\xb5\x2f\xfd", "RD_ZSTD", "zstd"}}};
  if (head.starts_with("0707")) return;  // plain cpio
  const auto* packing = &packings.back();
  for (const auto& each : packings) {
    if (head.starts_with(each.magic)) packing = &each;
  }
  check.need({packing->symbol, Form::built_in, fmt::format("the initrd is packed with {}", packing->name)});
}

}  // namespace

std::vector<Missing> missing(const Config& config, const Guest& guest) {
  Check check(config);
  for (const auto& need : early) check.need(need);
  need_unpacker(check, guest.initrd_head);
  if (check.get("ARM64") == "y") {
    check.need({"SERIAL_AMBA_PL011_CONSOLE", Form::built_in, "the serial console"});
  } else {
    check.need({"SERIAL_8250_CONSOLE", Form::built_in, "the serial console"});
    // Without, reboots and the clean shutdown that libvirt asks for do not work.
    check.need({"ACPI", Form::built_in, "finding devices, switching off"});
  }
  for (const auto& need : systemd) check.need(need);
  check.need_any({"AUTOFS_FS", "AUTOFS4_FS"}, Form::module, "systemd: automount units");
  for (const auto& need : network) check.need(need);

  const auto has_drive = [&](std::string_view bus) {
    return std::any_of(guest.drives.begin(), guest.drives.end(), [&](const auto& drive) { return drive.bus == bus; });
  };
  if (has_drive("virtio")) check.need({"VIRTIO_BLK", Form::module, "the extra drives"});
  if (has_drive("nvme")) check.need({"BLK_DEV_NVME", Form::module, "the extra drives"});
  if (has_drive("ide") || has_drive("scsi")) check.need({"BLK_DEV_SD", Form::module, "the extra drives"});
  if (has_drive("ide")) check.need({"SATA_AHCI", Form::module, "the extra drives"});
  if (has_drive("scsi")) check.need({"SCSI_VIRTIO", Form::module, "the extra drives"});
  for (const auto& share : guest.shares) {
    if (share.driver != "9p") continue;
    const auto why = fmt::format("{} comes by 9P", share.mount_point);
    check.need({"9P_FS", Form::module, why});
    check.need({"NET_9P_VIRTIO", Form::module, why});
  }
  return std::move(check.found);
}

std::string describe(const std::vector<Missing>& all) {
  std::string text;
  for (const auto& one : all) {
    text += fmt::format("CONFIG_{}={}{}  {}\n", one.symbol, one.needed,
                        one.has == "m" ? " (is a module)" : "", one.why);
  }
  if (!text.empty()) text.pop_back();
  return text;
}

void check_guest(const Record& record, const std::string& name, const Guest& guest, const support::Files& files,
                 support::Processes& processes) {
  const auto all = missing(read_config(record.config, files, processes), guest);
  if (all.empty()) return;
  throw Error(ExitCode::host_not_ready,
              fmt::format("the {} kernel {} cannot boot these guests: its configuration lacks {} symbol{}", name,
                          record.release, all.size(), all.size() == 1 ? "" : "s"),
              record.config,
              describe(all) + "\nthe fragment imageless has them all: CONFIG_BOOTLINUX_FRAGMENTS=\"... imageless\", "
                              "then: make linux");
}

}  // namespace kdevops::kernel
