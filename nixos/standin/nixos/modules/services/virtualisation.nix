# SPDX-License-Identifier: GPL-2.0-or-later
# Guests inside the guest. They evaluate; an image with them cannot be made from Debian packages here.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  cfg = config.virtualisation;
in
{
  options.virtualisation = {
    libvirtd = {
      enable = flag false;
      package = mkOption {
        type = types.package;
        default = pkgs.libvirt;
      };
      onBoot = mkOption {
        type = types.enum [ "start" "ignore" ];
        default = "start";
      };
      onShutdown = mkOption {
        type = types.enum [ "shutdown" "suspend" ];
        default = "suspend";
      };
      allowedBridges = mkOption {
        type = types.listOf types.str;
        default = [ "virbr0" ];
      };
      qemu = {
        package = mkOption {
          type = types.package;
          default = pkgs.qemu;
        };
        runAsRoot = flag true;
        swtpm.enable = flag false;
        vhostUserPackages = mkOption {
          type = types.listOf types.package;
          default = [ ];
        };
        verbatimConfig = mkOption {
          type = types.lines;
          default = "";
        };
      };
    };
    docker.enable = flag false;
    podman.enable = flag false;
  };
  config.standin.unsupported =
    lib.optional cfg.libvirtd.enable "virtualisation.libvirtd.enable"
    ++ lib.optional cfg.docker.enable "virtualisation.docker.enable"
    ++ lib.optional cfg.podman.enable "virtualisation.podman.enable";
}
