# SPDX-License-Identifier: GPL-2.0-or-later
# Host directories by virtiofs: nixos-flake.shares."/mnt/linux".tag = "linux";
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.nixos-flake.shares = mkOption {
    default = { };
    description = "virtiofs shares by mount point.";
    type = types.attrsOf (
      types.submodule {
        options = {
          tag = mkOption {
            type = types.str;
            description = "Tag of the share in the virtual machine's definition.";
          };
          options = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [ "ro" ];
            description = "Mount options.";
          };
        };
      }
    );
  };

  config.fileSystems = lib.mapAttrs (_: share: {
    device = share.tag;
    fsType = "virtiofs";
    options = if share.options == [ ] then [ "defaults" ] else share.options;
  }) config.nixos-flake.shares;
}
