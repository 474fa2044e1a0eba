# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  atom = types.nullOr (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
      types.path
      types.package
    ]
  );
  strings =
    default:
    mkOption {
      type = types.listOf types.str;
      inherit default;
    };
  text =
    v:
    if builtins.isList v then
      toString (map toString v)
    else if builtins.isBool v then
      lib.boolToString v
    else
      toString v;
  settings = lib.filterAttrs (_: v: v != null && v != [ ]) config.nix.settings;
in
{
  options.nix = {
    enable = mkOption {
      type = types.bool;
      default = true;
    };
    package = mkOption {
      type = types.nullOr types.package;
      default = null;
    };
    settings = mkOption {
      default = { };
      type = types.submodule {
        freeformType = types.attrsOf (types.either atom (types.listOf atom));
        options = {
          allowed-users = strings [ "*" ];
          auto-optimise-store = mkOption {
            type = types.bool;
            default = false;
          };
          cores = mkOption {
            type = types.int;
            default = 0;
          };
          experimental-features = strings [ ];
          extra-sandbox-paths = strings [ ];
          max-jobs = mkOption {
            type = types.either types.int (types.enum [ "auto" ]);
            default = "auto";
          };
          require-sigs = mkOption {
            type = types.bool;
            default = true;
          };
          sandbox = mkOption {
            type = types.either types.bool (types.enum [ "relaxed" ]);
            default = true;
          };
          substituters = strings [ ];
          system-features = strings [ ];
          trusted-public-keys = strings [ ];
          trusted-substituters = strings [ ];
          trusted-users = strings [ ];
        };
      };
    };
    extraOptions = mkOption {
      type = types.lines;
      default = "";
    };
    nixPath = strings [ ];
    registry = mkOption {
      type = types.attrsOf types.anything;
      default = { };
    };
    channel.enable = mkOption {
      type = types.bool;
      default = true;
    };
    gc = {
      automatic = lib.mkEnableOption "garbage collection by timer";
      dates = mkOption {
        type = types.either types.singleLineStr (types.listOf types.str);
        default = "03:15";
      };
      options = mkOption {
        type = types.singleLineStr;
        default = "";
      };
      persistent = mkOption {
        type = types.bool;
        default = true;
      };
      randomizedDelaySec = mkOption {
        type = types.singleLineStr;
        default = "0";
      };
    };
    optimise.automatic = lib.mkEnableOption "store optimisation by timer";
  };

  config = {
    nix.settings.substituters = lib.mkAfter [ "https://cache.nixos.org/" ];
    nix.settings.trusted-users = [ "root" ];
    environment.etc."nix/nix.conf" = lib.mkIf config.nix.enable {
      text = lib.concatLines (lib.mapAttrsToList (name: v: "${name} = ${text v}") settings) + config.nix.extraOptions;
    };
  };
}
