// SPDX-License-Identifier: GPL-2.0-or-later
#include "hypervisor/libvirt_handles.h"

#include <fmt/format.h>

namespace kdevops::hypervisor {

namespace {

using support::ExitCode;

struct Known {
  int code;              ///< a virErrorNumber, or -1 for any
  const char* contains;  ///< part of libvirt's message
  ExitCode exit_code;
  const char* hint;
};

constexpr Known kKnown[] = {
    {-1, "Failed to connect socket", ExitCode::host_not_ready,
     "libvirtd does not run. Start it: `systemctl start libvirtd`, or without a service manager "
     "`virtlogd -d && libvirtd -d`."},
    {-1, "system bus connection", ExitCode::host_not_ready,
     "libvirtd asks polkit who you are, and neither it nor D-Bus runs here. Run as root, or let the "
     "group libvirt in without them: unix_sock_group = \"libvirt\", unix_sock_rw_perms = \"0770\" and "
     "auth_unix_rw = \"none\" in /etc/libvirt/libvirtd.conf."},
    {VIR_ERR_AUTH_FAILED, "", ExitCode::host_not_ready,
     "Join the group libvirt (`usermod -aG libvirt $USER`, then log in again), or run as root."},
    {VIR_ERR_AUTH_UNAVAILABLE, "", ExitCode::host_not_ready,
     "Join the group libvirt (`usermod -aG libvirt $USER`, then log in again), or run as root."},
    {VIR_ERR_AUTH_CANCELLED, "", ExitCode::host_not_ready,
     "Join the group libvirt (`usermod -aG libvirt $USER`, then log in again), or run as root."},
    {-1, "Cannot access backing file", ExitCode::failed,
     "QEMU runs as another user: every directory above the file needs the permission o+x, and the "
     "file must be readable by it."},
    {-1, "Cannot access storage file", ExitCode::failed,
     "QEMU runs as another user: every directory above the file needs the permission o+x."},
    {-1, "Cannot check QEMU binary", ExitCode::host_not_ready,
     "Install QEMU (`make deps`), or correct CONFIG_QEMU_BIN_PATH."},
    {-1, "no supported architecture", ExitCode::host_not_ready,
     "This QEMU cannot run the machine; look at `virsh domcapabilities`."},
    {-1, "Cannot allocate memory", ExitCode::failed,
     "The host is out of memory: stop other guests, or lower CONFIG_NIXOS_VM_MEMORY_MB."},
    {-1, "failed to get \"write\" lock", ExitCode::failed,
     "Another process has the disk open; look for it with `fuser`."},
    {-1, "gdb tcp:", ExitCode::failed,
     "Another program listens where its gdb stub would; `nixos-vm up` gives it another port."},
    {-1, "Unable to find any firmware", ExitCode::host_not_ready,
     "There is no UEFI firmware for guests: install the package ovmf (for aarch64: qemu-efi-aarch64)."},
    {-1, "virtiofs is not yet supported in session mode", ExitCode::host_not_ready,
     "This libvirt shares directories by virtiofs only for qemu:///system (CONFIG_LIBVIRT_URI_SYSTEM)."},
    {-1, "is already in use by interface", ExitCode::host_not_ready,
     "Another network of this host has the same addresses; choose one with CONFIG_LIBVIRT_NETWORK."},
};

}  // namespace

int last_code() {
  const auto* error = virGetLastError();
  return error == nullptr ? VIR_ERR_OK : error->code;
}

support::Error libvirt_error(std::string_view what, std::string where) {
  const auto* error = virGetLastError();
  const std::string_view words =
      error == nullptr || error->message == nullptr ? "unknown error" : error->message;
  ExitCode code = ExitCode::failed;
  std::string hint;
  for (const auto& known : kKnown) {
    if (known.code != -1 && (error == nullptr || error->code != known.code)) continue;
    if (words.find(known.contains) == std::string_view::npos) continue;
    code = known.exit_code;
    hint = known.hint;
    break;
  }
  return {code, fmt::format("{}: {}", what, words), std::move(where), std::move(hint)};
}

}  // namespace kdevops::hypervisor
