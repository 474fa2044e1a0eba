# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
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
  config.standin.unsupported = map (s: "swapDevices with a size (${s.device})") (
    builtins.filter (s: s.size != null) config.swapDevices
  );
}
