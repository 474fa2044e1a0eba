# SPDX-License-Identifier: GPL-2.0-or-later
# What every guest here has, however it boots: key-only SSH, no known password, Ansible's Python,
# nothing that a test machine does not need.
{
  config,
  lib,
  modulesPath,
  ...
}:
{
  imports = [
    (modulesPath + "/profiles/minimal.nix")
    ../python.nix
    ../user-options.nix
  ];

  # Guests are built anew, never upgraded in place: no state survives from an older release.
  system.stateVersion = lib.mkDefault config.system.nixos.release;

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
  users.mutableUsers = lib.mkDefault false;
  users.users.root.hashedPassword = lib.mkDefault "!";
  # Keys usually come from another module; a guest without any is built for its console.
  users.allowNoPasswordLogin = lib.mkDefault true;
  nixos-flake.user.extraGroups = lib.mkDefault [
    "wheel"
    "kvm"
  ];

  # The only network is the hypervisor's. A packet filter would be part of what is measured.
  networking.firewall.enable = lib.mkDefault false;

  time.timeZone = lib.mkDefault "UTC";
  i18n.defaultLocale = lib.mkDefault "en_US.UTF-8";
  fonts.fontconfig.enable = lib.mkDefault false;
  boot.enableContainers = lib.mkDefault false;
  system.disableInstallerTools = lib.mkDefault true;
  # A hung test must not hold up a shutdown for systemd's 90 seconds.
  systemd.settings.Manager.DefaultTimeoutStopSec = lib.mkDefault "30s";
}
