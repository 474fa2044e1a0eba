// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace kdevops::deploy {

/// What a machine says about itself.
struct Facts {
  bool nixos = false;                ///< has /etc/NIXOS
  bool root = false;                 ///< we log in as root
  bool sudo = false;                 ///< or may become root without a password
  std::string user;                  ///< whom we log in as
  std::vector<std::string> groups;
  std::vector<std::string> trusted;  ///< trusted-users of its Nix
  std::string machine;               ///< uname -m
  bool uefi = false;
  std::string esp;                   ///< where the EFI system partition is mounted; empty: nowhere
  std::vector<std::string> disks;    ///< below /boot, by id where there is one
  std::string release;               ///< the NixOS that its state is of: system.stateVersion
  std::vector<std::string> keys;     ///< authorized_keys lines of `user`
};

/// For `sh -s` on the machine: prints its facts, one name=value per line. Changes nothing.
extern const char* const facts_script;

Facts parse_facts(const std::string& text);

/// Throws Error saying why `system` cannot be deployed there, and what to change on the machine.
void check_deployable(const Facts& facts, const plan::System& system);

/// boot-loader.nix: systemd-boot for UEFI, else GRUB on the disks of /boot; and system.stateVersion,
/// which belongs to the machine as well. Throws Error when the machine does not tell its disks.
std::string boot_loader_nix(const Facts& facts, const std::string& host);

}  // namespace kdevops::deploy
