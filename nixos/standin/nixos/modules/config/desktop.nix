# SPDX-License-Identifier: GPL-2.0-or-later
# Desktops evaluate; Debian's are not put into guests.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  packages = mkOption {
    type = types.listOf types.package;
    default = [ ];
  };
  cfg = config.services;
in
{
  options = {
    environment.gnome.excludePackages = packages;
    fonts.packages = packages;
    hardware.graphics.enable = flag false;
    programs.sway.enable = flag false;
    programs.sway.package = mkOption {
      type = types.nullOr types.package;
      default = pkgs.sway;
    };
    services = {
      desktopManager.gnome.enable = flag false;
      displayManager = {
        autoLogin.enable = flag (cfg.displayManager.autoLogin.user != null);
        autoLogin.user = mkOption {
          type = types.nullOr types.str;
          default = null;
        };
        gdm.enable = flag false;
        gdm.autoSuspend = flag true;
      };
      gnome.core-apps.enable = flag false;
      greetd.enable = flag false;
      greetd.settings = mkOption {
        type = types.attrsOf types.anything;
        default = { };
      };
      spice-vdagentd.enable = flag false;
    };
  };
  config = {
    services.gnome.core-apps.enable = lib.mkIf cfg.desktopManager.gnome.enable (lib.mkDefault true);
    standin.unsupported = builtins.filter (x: x != null) (
      lib.mapAttrsToList (name: on: if on then name else null) {
        "fonts.packages" = config.fonts.packages != [ ];
        "hardware.graphics.enable" = config.hardware.graphics.enable;
        "programs.sway.enable" = config.programs.sway.enable;
        "services.desktopManager.gnome.enable" = cfg.desktopManager.gnome.enable;
        "services.displayManager.gdm.enable" = cfg.displayManager.gdm.enable;
        "services.greetd.enable" = cfg.greetd.enable;
        "services.spice-vdagentd.enable" = cfg.spice-vdagentd.enable;
      }
    );
  };
}
