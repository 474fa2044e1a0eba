# SPDX-License-Identifier: GPL-2.0-or-later
# What every guest here has, however it boots: what every machine has, and nothing that a disposable test
# machine does not need.
{
  config,
  lib,
  modulesPath,
  ...
}:
{
  imports = [
    (modulesPath + "/profiles/minimal.nix")
    ./common.nix
  ];

  # Guests are built anew, never upgraded in place: no state survives from an older release.
  system.stateVersion = lib.mkDefault config.system.nixos.release;

  users.mutableUsers = lib.mkDefault false;
  users.users.root.hashedPassword = lib.mkDefault "!";
  # Keys usually come from another module; a guest without any is built for its console.
  users.allowNoPasswordLogin = lib.mkDefault true;

  # nixos-vm watch tells a reboot by the kernel's first lines on the console; at NixOS's own level, 4, only
  # errors are there.
  boot.consoleLogLevel = lib.mkDefault 7;

  # The only network is the hypervisor's. A packet filter would be part of what is measured.
  networking.firewall.enable = lib.mkDefault false;

  # Either would put all of nixpkgs into the closure.
  nixpkgs.flake.setNixPath = lib.mkDefault false;
  nixpkgs.flake.setFlakeRegistry = lib.mkDefault false;

  fonts.fontconfig.enable = lib.mkDefault false;
  boot.enableContainers = lib.mkDefault false;
  system.disableInstallerTools = lib.mkDefault true;
}
