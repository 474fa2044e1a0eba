# SPDX-License-Identifier: GPL-2.0-or-later
# A variant of system.build.images: the system as a disk.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.image;
in
{
  imports = [
    ./disk-size-option.nix
    ../image/file-options.nix
  ];

  options.image.format = lib.mkOption {
    type = lib.types.enum [
      "raw"
      "qcow2"
    ];
    default = "qcow2";
  };
  options.image.efiSupport = lib.mkOption {
    type = lib.types.bool;
    default = true;
  };

  config = {
    boot.loader.grub = lib.mkIf (!cfg.efiSupport) {
      enable = lib.mkOptionDefault true;
      devices = lib.mkDefault [ "/dev/vda" ];
    };
    boot.loader.systemd-boot.enable = lib.mkDefault cfg.efiSupport;
    boot.growPartition = lib.mkDefault true;
    fileSystems."/" = {
      device = "/dev/disk/by-label/nixos";
      autoResize = true;
      fsType = "ext4";
    };
    fileSystems."/boot" = lib.mkIf cfg.efiSupport {
      device = "/dev/disk/by-label/ESP";
      fsType = "vfat";
    };
    image.extension = if cfg.format == "raw" then "img" else cfg.format;
    system.nixos.tags = [ cfg.format ] ++ lib.optional cfg.efiSupport "efi";
    system.build.image = import ../../lib/make-disk-image.nix {
      inherit lib config pkgs;
      inherit (config.virtualisation) diskSize;
      inherit (cfg) baseName format;
      partitionTableType = if cfg.efiSupport then "efi" else "legacy";
    };
  };
}
