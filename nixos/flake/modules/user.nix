# SPDX-License-Identifier: GPL-2.0-or-later
# An unprivileged account that may become root without a password, as unattended tests need it.
# It has no password: its keys come from users.users.<name>.openssh.authorizedKeys.
{ config, lib, ... }:
let
  cfg = config.nixos-flake.user;
in
{
  imports = [ ./user-options.nix ];

  users.users.${cfg.name} = {
    isNormalUser = true;
    inherit (cfg) extraGroups;
  };
  users.mutableUsers = lib.mkDefault false;
  security.sudo.wheelNeedsPassword = false;
}
