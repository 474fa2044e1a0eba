# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  const =
    default:
    mkOption {
      type = types.str;
      inherit default;
    };
in
{
  options.system = {
    stateVersion = mkOption {
      type = types.strMatching "[0-9]{2}\\.[0-9]{2}";
      default = config.system.nixos.release;
    };
    name = mkOption {
      type = types.str;
      default = if config.networking.hostName == "" then "unnamed" else config.networking.hostName;
    };
    build = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
    };
    disableInstallerTools = lib.mkEnableOption "leaving out the installer tools";
    switch.enable = mkOption {
      type = types.bool;
      default = true;
    };
    nixos = {
      release = mkOption {
        type = types.str;
        default = lib.trivial.release;
        readOnly = true;
      };
      version = const lib.version;
      label = const "standin-${lib.trivial.release}";
      codeName = const "Stand-in";
      distroId = const "nixos";
      distroName = const "NixOS";
      variant_id = mkOption {
        type = types.nullOr types.str;
        default = "standin";
      };
      tags = mkOption {
        type = types.listOf types.str;
        default = [ ];
      };
    };
  };
}
