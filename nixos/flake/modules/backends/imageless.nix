# SPDX-License-Identifier: GPL-2.0-or-later
# A guest without a disk: tmpfs root, the host's /nix/store and the tested kernel's modules by virtiofs.
# The kernel comes from outside, with CONFIG_VIRTIO_FS, CONFIG_VIRTIO_PCI, CONFIG_TMPFS and
# CONFIG_RD_ZSTD built in; NixOS contributes the systemd initial ramdisk and the closure.
{
  config,
  lib,
  pkgs,
  ...
}:
{
  imports = [ ./guest.nix ];

  fileSystems = {
    # Stronger than what a disk-image module would say about /.
    "/" = lib.mkImageMediaOverride {
      device = "tmpfs";
      fsType = "tmpfs";
      options = [ "mode=0755" ];
    };
    # virtiofsd would write: nothing in the guest may change what is the host's.
    "/nix/store" = {
      device = "store";
      fsType = "virtiofs";
      options = [ "ro" ];
      neededForBoot = true;
    };
    "/lib/modules" = {
      device = "modules";
      fsType = "virtiofs";
      options = [ "ro" ];
      neededForBoot = true;
    };
  };
  systemd.services.systemd-remount-fs.enable = lib.mkForce false;

  boot.loader.grub.enable = false;
  boot.kernel.enable = false;
  # The initrd asks the kernel's configuration whether it has modules. This answers: none that NixOS
  # could put there.
  system.build.kernel.config = {
    isSet = _: true;
    isYes = _: false;
  };
  boot.initrd = {
    systemd.enable = true;
    systemd.emergencyAccess = lib.mkDefault true;
    availableKernelModules = lib.mkForce [ ];
    kernelModules = lib.mkForce [ ];
  };
  # What boot.kernel.enable would have done with boot.kernelModules.
  boot.kernelModules = [
    "atkbd"
    "loop"
  ];
  environment.etc."modules-load.d/nixos.conf".text = lib.concatLines config.boot.kernelModules;
  systemd.services.systemd-modules-load.wantedBy = [ "multi-user.target" ];

  systemd.services."serial-getty@hvc0" = {
    enable = true;
    wantedBy = [ "getty.target" ];
  };

  networking.useDHCP = false;
  networking.useNetworkd = true;
  systemd.network.networks."10-guest" = {
    matchConfig.Name = "en* eth*";
    networkConfig.DHCP = "yes";
    dhcpV4Config.ClientIdentifier = "mac";
  };
  systemd.network.wait-online.anyInterface = lib.mkDefault true;

  nix.enable = false;
  services.lvm.enable = lib.mkDefault false;
  systemd.oomd.enable = false;
}
