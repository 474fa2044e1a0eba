# SPDX-License-Identifier: GPL-2.0-or-later
# GNOME, without its applications, for tests of graphics and input.
{
  config,
  lib,
  pkgs,
  ...
}:
{
  imports = [ ./desktop.nix ];

  services.desktopManager.gnome.enable = true;
  # Below what a user writes, above what GNOME itself says.
  services.gnome.core-apps.enable = lib.mkOverride 900 false;
  environment.systemPackages = [ pkgs.gnome-console ];
  environment.gnome.excludePackages = [ pkgs.gnome-tour ];

  services.displayManager = {
    gdm.enable = true;
    gdm.autoSuspend = false;
    autoLogin = {
      enable = true;
      user = config.nixos-flake.user.name;
    };
  };

  # The backend's networkd has the only interface.
  networking.networkmanager.enable = false;
}
