# SPDX-License-Identifier: GPL-2.0-or-later
# What every machine here has, real or virtual: SSH by key only, no known password, Ansible's Python.
{ lib, ... }:
{
  imports = [
    ../python.nix
    ../user-options.nix
  ];

  # Keys only. UsePAM alone would still let PAM ask for a password over keyboard-interactive.
  services.openssh = {
    enable = true;
    settings = {
      PermitRootLogin = lib.mkDefault "prohibit-password";
      PasswordAuthentication = lib.mkDefault false;
      KbdInteractiveAuthentication = lib.mkDefault false;
      PubkeyAuthentication = true;
    };
  };
  nixos-flake.user.extraGroups = lib.mkDefault [
    "wheel"
    "kvm"
  ];

  time.timeZone = lib.mkDefault "UTC";
  i18n.defaultLocale = lib.mkDefault "en_US.UTF-8";
  # A hung test must not hold up a shutdown for systemd's 90 seconds.
  systemd.settings.Manager.DefaultTimeoutStopSec = lib.mkDefault "30s";
}
