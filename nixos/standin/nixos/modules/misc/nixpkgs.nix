# SPDX-License-Identifier: GPL-2.0-or-later
# The package set of the configuration, with its overlays.
{ config, lib, options, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nixpkgs;
  platform = types.coercedTo types.str lib.systems.elaborate types.attrs // {
    emptyValue = { };
  };
  # lib.nixosSystem's argument counts unless a module says more.
  host =
    if options.nixpkgs.hostPlatform.isDefined then
      cfg.hostPlatform
    else if options.nixpkgs.pkgs.isDefined then
      lib.systems.elaborate cfg.pkgs.system
    else
      lib.systems.elaborate cfg.system;
in
{
  options.nixpkgs = {
    system = mkOption { type = types.str; };
    hostPlatform = mkOption { type = platform; };
    buildPlatform = mkOption {
      type = platform;
      default = host;
    };
    overlays = mkOption {
      type = types.listOf (types.mkOptionType {
        name = "overlay";
        description = "nixpkgs overlay";
        check = lib.isFunction;
        merge = lib.options.mergeOneOption;
      });
      default = [ ];
    };
    config = mkOption {
      type = types.attrsOf types.anything;
      default = { };
    };
    pkgs = mkOption { type = types.pkgs; };
    flake.source = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    flake.setNixPath = mkOption {
      type = types.bool;
      default = true;
    };
    flake.setFlakeRegistry = mkOption {
      type = types.bool;
      default = true;
    };
  };

  config = {
    _module.args.pkgs =
      if options.nixpkgs.pkgs.isDefined then
        cfg.pkgs.appendOverlays cfg.overlays
      else
        import ../../.. {
          inherit (host) system;
          inherit (cfg) overlays config;
        };
    assertions = [
      {
        assertion = cfg.buildPlatform.system == host.system;
        message = "nixpkgs.buildPlatform differs from nixpkgs.hostPlatform; the stand-in does not cross-build.";
      }
    ];
  };
}
