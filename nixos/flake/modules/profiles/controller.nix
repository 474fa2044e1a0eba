# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that builds kernels, provisions guests and runs tests on them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  toolchain = import ../../lib/toolchain.nix { inherit pkgs; };
in
{
  imports = [
    ../python.nix
    ../user-options.nix
  ];

  options.nixos-flake.controller.enable = lib.mkEnableOption "the tools and services of a control node";

  config = lib.mkIf config.nixos-flake.controller.enable {
    environment.systemPackages = toolchain.kernel ++ toolchain.orchestration;
    nixos-flake.python.packages = ps: [
      ps.jinja2
      ps.pyyaml
    ];
    virtualisation.libvirtd = {
      enable = true;
      qemu.runAsRoot = false;
      # libvirtd finds virtiofsd through its vhost-user descriptions.
      qemu.vhostUserPackages = [ pkgs.virtiofsd ];
    };
    nixos-flake.user.extraGroups = lib.mkDefault [ "libvirtd" ];
    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
  };
}
