# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  mounted = lib.filterAttrs (_: fs: fs.enable) config.fileSystems;
  supported = builtins.attrNames (lib.filterAttrs (_: on: on) config.boot.supportedFilesystems);
  tools = {
    btrfs = pkgs.btrfs-progs;
    cifs = pkgs.cifs-utils;
    exfat = pkgs.exfatprogs;
    ext4 = pkgs.e2fsprogs;
    f2fs = pkgs.f2fs-tools;
    ntfs = pkgs.ntfs3g;
    vfat = pkgs.dosfstools;
    xfs = pkgs.xfsprogs;
  };
  flag = mkOption {
    type = types.bool;
    default = false;
  };
  nullable =
    type:
    mkOption {
      type = types.nullOr type;
      default = null;
    };
  fileSystem =
    { name, config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
        };
        mountPoint = mkOption {
          type = types.strMatching "/.*";
          default = name;
        };
        device = nullable types.nonEmptyStr;
        label = nullable types.nonEmptyStr;
        fsType = mkOption {
          type = types.nonEmptyStr;
          default = "auto";
        };
        options = mkOption {
          type = types.nonEmptyListOf types.nonEmptyStr;
          default = [ "defaults" ];
        };
        depends = mkOption {
          type = types.listOf types.nonEmptyStr;
          default = [ ];
        };
        autoFormat = flag;
        autoResize = flag;
        neededForBoot = flag;
        noCheck = flag;
      };
      config = {
        device = lib.mkMerge [
          (lib.mkIf (config.label != null) (lib.mkDefault "/dev/disk/by-label/${config.label}"))
          (lib.mkIf (builtins.elem config.fsType [ "tmpfs" "overlay" "proc" "sysfs" ]) (lib.mkDefault config.fsType))
        ];
        options = lib.mkMerge [
          (lib.mkIf config.autoResize [ "x-systemd.growfs" ])
          (lib.mkIf config.autoFormat [ "x-systemd.makefs" ])
        ];
      };
    };
in
{
  options.fileSystems = mkOption {
    default = { };
    type = types.attrsOf (types.submodule fileSystem);
  };
  options.swapDevices = mkOption {
    default = [ ];
    type = types.listOf (
      types.submodule {
        options.device = mkOption { type = types.nonEmptyStr; };
        options.size = nullable types.int;
      }
    );
  };

  # As in NixOS, a file system that is mounted or supported brings its programs.
  config.boot.supportedFilesystems = map (fs: fs.fsType) (builtins.attrValues mounted);
  config.environment.systemPackages = map (fsType: tools.${fsType}) (
    builtins.filter (fsType: tools ? ${fsType}) supported
  );
  config.assertions =
    lib.mapAttrsToList (name: fs: {
      assertion = !fs.enable || fs.device != null;
      message = "fileSystems.${builtins.toJSON name} has no device or label.";
    }) config.fileSystems
    ++ [
      {
        assertion = config.fileSystems ? "/";
        message = "fileSystems has no \"/\".";
      }
    ];
  config.standin.unsupported = map (fsType: "boot.supportedFilesystems.${fsType}") (
    lib.intersectLists [ "bcachefs" "zfs" ] supported
  ) ++ map (s: "swapDevices with a size (${s.device})") (
    builtins.filter (s: s.size != null) config.swapDevices
  );
}
