# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  lines = mkOption {
    type = types.lines;
    default = "";
  };
  nullableStr = mkOption {
    type = types.nullOr types.str;
    default = null;
  };
  packages = mkOption {
    type = types.listOf types.package;
    default = [ ];
  };
  cfg = config.services;
in
{
  options.services = {
    qemuGuest.enable = flag false;
    lvm.enable = flag true;
    lvm.boot.thin.enable = flag false;
    lvm.dmeventd.enable = flag false;
    udisks2.enable = flag false;
    logrotate.enable = flag true;
    timesyncd.enable = flag true;
    resolved.enable = flag false;
    fstrim.enable = flag false;
    openiscsi.enable = flag false;
    openiscsi.name = nullableStr;
    multipath.enable = flag false;
    envfs.enable = flag false;
    haveged.enable = flag false;
    irqbalance.enable = flag false;
    acpid.enable = flag false;
    chrony.enable = flag false;
    dbus.enable = flag true;
    udev.enable = flag true;
    udev.extraRules = lines;
    udev.packages = packages;
    journald.extraConfig = lines;
    journald.console = mkOption {
      type = types.str;
      default = "";
    };
    journald.rateLimitBurst = mkOption {
      type = types.int;
      default = 10000;
    };
    journald.rateLimitInterval = mkOption {
      type = types.str;
      default = "30s";
    };
    journald.storage = mkOption {
      type = types.enum [ "persistent" "volatile" "auto" "none" ];
      default = "persistent";
    };
    getty = {
      autologinUser = nullableStr;
      autologinOnce = flag false;
      helpLine = lines;
      greetingLine = mkOption {
        type = types.str;
        default = "<<< Welcome to ${config.system.nixos.distroName} ${config.system.nixos.label} (\\m) - \\l >>>";
      };
      extraArgs = mkOption {
        type = types.listOf types.str;
        default = [ ];
      };
    };
    xserver.enable = flag false;
  };

  config = {
    environment.etc = {
      "systemd/journald.conf.d/nixos.conf".text = ''
        [Journal]
        Storage=${cfg.journald.storage}
        RateLimitInterval=${cfg.journald.rateLimitInterval}
        RateLimitBurst=${toString cfg.journald.rateLimitBurst}
        ${lib.optionalString (cfg.journald.console != "") "ForwardToConsole=yes\nTTYPath=${cfg.journald.console}"}
        ${cfg.journald.extraConfig}
      '';
      "udev/rules.d/99-local.rules" = lib.mkIf (cfg.udev.extraRules != "") { text = cfg.udev.extraRules; };
    };
    standin.unsupported = builtins.filter (x: x != null) (
      lib.mapAttrsToList (name: on: if on then "services.${name}" else null) {
        "udisks2.enable" = cfg.udisks2.enable;
        "openiscsi.enable" = cfg.openiscsi.enable;
        "multipath.enable" = cfg.multipath.enable;
        "envfs.enable" = cfg.envfs.enable;
        "haveged.enable" = cfg.haveged.enable;
        "irqbalance.enable" = cfg.irqbalance.enable;
        "acpid.enable" = cfg.acpid.enable;
        "chrony.enable" = cfg.chrony.enable;
        "fstrim.enable" = cfg.fstrim.enable;
        "resolved.enable" = cfg.resolved.enable;
        "xserver.enable" = cfg.xserver.enable;
        "udev.packages" = cfg.udev.packages != [ ];
        "getty.autologinUser" = cfg.getty.autologinUser != null;
        "lvm.boot.thin.enable" = cfg.lvm.boot.thin.enable;
        "lvm.dmeventd.enable" = cfg.lvm.dmeventd.enable;
      }
    );
  };
}
