# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that exists and runs NixOS already: `nixos-rebuild switch --target-host` gives it the fleet's
# configuration. File systems come from its own hardware configuration, the boot loader from whoever
# deploys; accounts, passwords and host keys that it has stay.
{ lib, ... }:
{
  imports = [
    ./common.nix
    ../kernel.nix
  ];

  # Stronger than user.nix, which speaks for guests: without it NixOS would delete every other account.
  users.mutableUsers = lib.mkOverride 900 true;

  nix.settings.experimental-features = [
    "nix-command"
    "flakes"
  ];
  # nixos-rebuild from another host copies unsigned paths.
  nix.settings.trusted-users = [ "@wheel" ];
}
