// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/facts.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "formats/nix.h"
#include "support/error.h"

namespace kdevops::deploy {

using formats::NixValue;
using support::Error;
using support::ExitCode;

const char* const facts_script = R"sh(
say() { printf '%s=%s\n' "$1" "$2"; }
[ ! -e /etc/NIXOS ] || say nixos yes
[ "$(id -u)" != 0 ] || say root yes
! sudo -n true 2>/dev/null || say sudo yes
say user "$(id -un)"
say groups "$(id -Gn)"
say trusted "$(sed -n 's/^trusted-users *= *//p' /etc/nix/nix.conf 2>/dev/null)"
say machine "$(uname -m)"
say release "$(. /etc/os-release; echo "$VERSION_ID")"
# What it was installed with counts, where its own configuration still tells.
say release "$(sed -n 's/^[^#]*system\.stateVersion *= *"\([0-9.]*\)".*/\1/p' /etc/nixos/configuration.nix 2>/dev/null | head -n 1)"
[ ! -d /sys/firmware/efi ] || say firmware uefi
for at in /boot /boot/efi /efi; do
  ls "$at" >/dev/null 2>&1
  if findmnt -rno FSTYPE -M "$at" 2>/dev/null | grep -qx vfat; then say esp "$at"; break; fi
done
source=$(findmnt -rno SOURCE --target /boot 2>/dev/null)
for disk in $(lsblk -nrspo NAME,TYPE "${source%%[[]*}" 2>/dev/null | sed -n 's/ disk$//p' | sort -u); do
  name=$disk
  for link in /dev/disk/by-id/*; do
    if [ "$(readlink -f "$link")" = "$disk" ]; then name=$link; break; fi
  done
  say disk "$name"
done
cat "$HOME/.ssh/authorized_keys" "/etc/ssh/authorized_keys.d/$(id -un)" 2>/dev/null | sed 's/^/key=/'
exit 0
)sh";

namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

/// nix.conf(5): names, @groups, or * for everybody.
bool trusted(const Facts& facts) {
  return std::any_of(facts.trusted.begin(), facts.trusted.end(), [&](const std::string& entry) {
    if (entry == "*" || entry == facts.user) return true;
    return entry.starts_with('@') &&
           std::find(facts.groups.begin(), facts.groups.end(), entry.substr(1)) != facts.groups.end();
  });
}

}  // namespace

Facts parse_facts(const std::string& text) {
  Facts facts;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) continue;  // a login banner
    const auto name = line.substr(0, equals), value = line.substr(equals + 1);
    if (name == "nixos") facts.nixos = true;
    if (name == "root") facts.root = true;
    if (name == "sudo") facts.sudo = true;
    if (name == "user") facts.user = value;
    if (name == "groups") facts.groups = words(value);
    if (name == "trusted") facts.trusted = words(value);
    if (name == "machine") facts.machine = value;
    if (name == "release" && !value.empty()) facts.release = value;
    if (name == "firmware") facts.uefi = value == "uefi";
    if (name == "esp") facts.esp = value;
    if (name == "disk") facts.disks.push_back(value);
    if (name == "key" && !value.empty() && value.front() != '#') facts.keys.push_back(value);
  }
  return facts;
}

void check_deployable(const Facts& facts, const plan::System& system) {
  if (!facts.nixos) {
    throw Error(ExitCode::host_not_ready, "it does not run NixOS: it has no /etc/NIXOS", system.name,
                "install NixOS there first, e.g. from the image of `make nixos-iso`");
  }
  const auto platform = facts.machine + "-linux";
  if (platform != system.platform) {
    throw Error(ExitCode::configuration, fmt::format("it is {}, but the configuration is for {}", platform,
                                                     system.platform),
                system.name, "choose the target architecture in make menuconfig");
  }
  if (facts.root) return;
  if (!facts.sudo) {
    throw Error(ExitCode::host_not_ready, fmt::format("{} may not become root there without a password", facts.user),
                system.name, "deploy as root: make deploy DEPLOY_USER=root; or on the machine: "
                             "security.sudo.wheelNeedsPassword = false");
  }
  if (!trusted(facts)) {
    throw Error(ExitCode::host_not_ready,
                fmt::format("its Nix does not trust {}, who could not copy a system there", facts.user), system.name,
                fmt::format("deploy as root: make deploy DEPLOY_USER=root; or on the machine:\n"
                            "nix.settings.trusted-users = [ \"{}\" ]",
                            facts.user));
  }
}

std::string boot_loader_nix(const Facts& facts, const std::string& host) {
  const std::string file = fmt::format("nixos/hosts/{}/boot-loader.nix", host);
  NixValue::Attrs body;
  if (facts.uefi) {
    if (facts.esp.empty()) {
      throw Error(ExitCode::host_not_ready, "it boots by UEFI, but no EFI system partition is mounted at /boot, "
                  "/boot/efi or /efi", host, fmt::format("write {} yourself: a NixOS module with boot.loader", file));
    }
    body = {{"boot.loader.systemd-boot.enable", true},
            {"boot.loader.efi.canTouchEfiVariables", true},
            {"boot.loader.efi.efiSysMountPoint", facts.esp}};
  } else {
    if (facts.disks.empty()) {
      throw Error(ExitCode::host_not_ready, "it does not tell on which disk /boot is", host,
                  fmt::format("write {} yourself: {{ boot.loader.grub.devices = [ \"/dev/...\" ]; }}", file));
    }
    NixValue::List disks;
    for (const auto& disk : facts.disks) disks.push_back(disk);
    body = {{"boot.loader.grub.enable", true}, {"boot.loader.grub.devices", std::move(disks)}};
  }
  if (!facts.release.empty()) body.emplace_back("system.stateVersion", facts.release);
  return fmt::format("# {} as found when it was first deployed to. Yours to change and extend: it is kept.\n"
                     "{{ ... }}:\n{}\n", host, NixValue(body).print());
}

}  // namespace kdevops::deploy
