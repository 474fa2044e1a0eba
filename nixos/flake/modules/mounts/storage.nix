# SPDX-License-Identifier: GPL-2.0-or-later
# Extra disks: nixos-flake.storage."/data" = { device = "/dev/disk/by-id/virtio-kdevops0"; fsType = "xfs"; };
# With mkfsArgs a blank device is formatted on the first boot, with exactly these arguments.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  inherit (lib) mkOption types;
  formatted = lib.filterAttrs (_: s: s.mkfsArgs != [ ]) config.nixos-flake.storage;
  unit = s: "format-${utils.escapeSystemdPath s.device}";
  tools = {
    btrfs = pkgs.btrfs-progs;
    ext2 = pkgs.e2fsprogs;
    ext3 = pkgs.e2fsprogs;
    ext4 = pkgs.e2fsprogs;
    f2fs = pkgs.f2fs-tools;
    vfat = pkgs.dosfstools;
    xfs = pkgs.xfsprogs;
  };
in
{
  options.nixos-flake.storage = mkOption {
    default = { };
    description = "File systems on extra disks by mount point.";
    type = types.attrsOf (
      types.submodule {
        options = {
          device = mkOption {
            type = types.str;
            example = "/dev/disk/by-id/virtio-kdevops0";
            description = "Block device.";
          };
          fsType = mkOption {
            type = types.str;
            example = "xfs";
            description = "File system.";
          };
          options = mkOption {
            type = types.listOf types.str;
            default = [ ];
            description = "Mount options.";
          };
          mkfsArgs = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [
              "-m"
              "reflink=1"
            ];
            description = "Arguments of mkfs; not empty: format the device if it is blank.";
          };
          autoFormat = mkOption {
            type = types.bool;
            default = false;
            description = "Format a blank device with mkfs's defaults, by systemd-makefs.";
          };
        };
      }
    );
  };

  config = {
    assertions =
      lib.mapAttrsToList (mountPoint: s: {
        assertion = !(s.autoFormat && s.mkfsArgs != [ ]);
        message = "nixos-flake.storage.${builtins.toJSON mountPoint}: autoFormat would format with mkfs's defaults before mkfsArgs are used. Set one of them.";
      }) config.nixos-flake.storage
      ++ lib.mapAttrsToList (mountPoint: s: {
        assertion = tools ? ${s.fsType};
        message = "nixos-flake.storage.${builtins.toJSON mountPoint}: no mkfs known for '${s.fsType}' (${toString (builtins.attrNames tools)}).";
      }) formatted;

    fileSystems = lib.mapAttrs (_: s: {
      inherit (s) device fsType autoFormat;
      options = (if s.options == [ ] then [ "defaults" ] else s.options) ++ lib.optional (s.mkfsArgs != [ ]) "x-systemd.requires=${unit s}.service";
    }) config.nixos-flake.storage;

    systemd.services = lib.mapAttrs' (
      mountPoint: s:
      lib.nameValuePair (unit s) {
        description = "Format ${s.device} for ${mountPoint}";
        unitConfig.DefaultDependencies = false;
        bindsTo = [ "${utils.escapeSystemdPath s.device}.device" ];
        after = [ "${utils.escapeSystemdPath s.device}.device" ];
        before = [ "${utils.escapeSystemdPath mountPoint}.mount" ];
        path = [
          pkgs.util-linux
          (tools.${s.fsType} or pkgs.util-linux)
        ];
        serviceConfig.Type = "oneshot";
        serviceConfig.RemainAfterExit = true;
        # Whatever blkid recognises is somebody's data.
        script = ''
          if blkid --probe ${lib.escapeShellArg s.device}; then
            exit 0
          fi
          mkfs.${s.fsType} ${lib.escapeShellArgs s.mkfsArgs} ${lib.escapeShellArg s.device}
        '';
      }
    ) formatted;
  };
}
