# SPDX-License-Identifier: GPL-2.0-or-later
# What this machine is.
{
  config,
  lib,
  pkgs,
  inputs,
  nixos-flake,
  ...
}:
{
  imports = [
    # What it runs, for example:
    #   nixos-flake.nixosModules.testSuites.fstests
    #   nixos-flake.nixosModules.profiles.devel
  ];

  networking.hostName = "vm";

  # Nobody can log in without a key.
  # users.users.root.openssh.authorizedKeys.keys = [ "ssh-ed25519 ..." ];
  # users.users.${config.nixos-flake.user.name}.openssh.authorizedKeys.keys = [ "ssh-ed25519 ..." ];

  # A package from sources of your own (see inputs in flake.nix):
  # nixpkgs.overlays = [
  #   (final: prev: { fio = prev.fio.overrideAttrs { src = inputs.fio-src; }; })
  # ];
}
