# SPDX-License-Identifier: GPL-2.0-or-later
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    time.timeZone = mkOption {
      type = types.nullOr (types.strMatching "[^ ]*");
      default = null;
    };
    time.hardwareClockInLocalTime = lib.mkEnableOption "a hardware clock in local time";
    i18n.defaultLocale = mkOption {
      type = types.str;
      default = "en_US.UTF-8";
    };
    i18n.extraLocaleSettings = mkOption {
      type = types.attrsOf types.str;
      default = { };
    };
    i18n.supportedLocales = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
    i18n.extraLocales = mkOption {
      type = types.either (types.listOf types.str) (types.enum [ "all" ]);
      default = [ ];
    };
    console = {
      enable = mkOption {
        type = types.bool;
        default = true;
      };
      keyMap = mkOption {
        type = types.either types.str types.path;
        default = "us";
      };
      font = mkOption {
        type = types.nullOr (types.either types.str types.path);
        default = null;
      };
      earlySetup = lib.mkEnableOption "early console setup";
    };
  };
}
