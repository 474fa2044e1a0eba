# SPDX-License-Identifier: GPL-2.0-or-later
# A guest with a disk image, for libvirt: virtio disk /dev/vda with an MBR and GRUB, or an EFI system
# partition and systemd-boot, and one ext4 file system that grows into the disk. Its name may come by DHCP,
# so that one image serves many guests.
{
  config,
  lib,
  pkgs,
  modulesPath,
  ...
}:
let
  cfg = config.nixos-flake;
  inherit (pkgs.stdenv.hostPlatform) isAarch64;
  serial = if isAarch64 then "ttyAMA0" else "ttyS0";
in
{
  imports = [
    (modulesPath + "/profiles/qemu-guest.nix")
    ./guest.nix
    ../kernel.nix
  ];

  options.nixos-flake.boot.efi = lib.mkOption {
    type = lib.types.bool;
    # A variant of system.build.images knows which firmware its image is for.
    default = config.image.efiSupport or isAarch64;
    defaultText = lib.literalExpression "pkgs.stdenv.hostPlatform.isAarch64";
    description = ''
      Boot by UEFI firmware, from the EFI system partition labelled ESP; otherwise by a PC's BIOS.
    '';
  };

  options.nixos-flake.console.autologin = lib.mkOption {
    type = lib.types.bool;
    default = false;
    description = ''
      Log root in on the serial console without a password. Whoever reaches that console already
      controls the machine, but logs and terminals get shared: off by default.
    '';
  };

  config = {
    boot.loader.grub = {
      enable = !cfg.boot.efi;
      device = lib.mkDefault "/dev/vda";
    };
    boot.loader.systemd-boot = {
      enable = cfg.boot.efi;
      # Kernels and initial ramdisks are on the small system partition.
      configurationLimit = lib.mkDefault 3;
    };
    fileSystems."/boot" = lib.mkIf cfg.boot.efi {
      device = lib.mkDefault "/dev/disk/by-label/ESP";
      fsType = lib.mkDefault "vfat";
    };
    boot.loader.timeout = lib.mkDefault 1;
    boot.kernelPackages = lib.mkDefault pkgs.linuxPackages_latest;

    # The last console= is /dev/console. systemd puts a getty on every serial console named here.
    boot.kernelParams = [
      "console=tty0"
      "console=${serial},115200n8"
    ];
    systemd.services."serial-getty@${serial}" = lib.mkIf cfg.console.autologin {
      overrideStrategy = "asDropin";
      serviceConfig.ExecStart = [
        ""
        "@${lib.getExe' pkgs.util-linux "agetty"} agetty --autologin root --login-program ${lib.getExe' pkgs.shadow "login"} --keep-baud 115200,57600,38400,9600 %I $TERM"
      ];
    };

    # By label: the partition's number depends on the image's partition table.
    fileSystems."/" = {
      device = lib.mkDefault "/dev/disk/by-label/nixos";
      fsType = lib.mkDefault "ext4";
      autoResize = lib.mkDefault true;
    };
    boot.growPartition = lib.mkDefault true;

    services.qemuGuest.enable = lib.mkDefault true;

    # networkd takes physical interfaces only and leaves alone the veth and dummy devices that tests
    # make. It sets the host name that DHCP brings if networking.hostName is "" and
    # security.polkit.enable lets it ask hostnamed.
    networking.useNetworkd = lib.mkDefault true;
    networking.useDHCP = lib.mkDefault true;
    # By MAC, not by machine-id: a lease belongs to the domain, whatever image it boots.
    systemd.network.networks."10-guest" = {
      matchConfig.Type = "ether";
      matchConfig.Kind = "!*";
      networkConfig.DHCP = "ipv4";
      dhcpV4Config.ClientIdentifier = "mac";
    };
    systemd.network.wait-online.anyInterface = lib.mkDefault true;

    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
    # nixos-rebuild from the host needs to copy unsigned paths.
    nix.settings.trusted-users = [ "@wheel" ];
    nix.channel.enable = lib.mkDefault false;
    nix.gc = {
      automatic = lib.mkDefault true;
      dates = lib.mkDefault "weekly";
      options = lib.mkDefault "--delete-older-than 7d";
    };
  };
}
