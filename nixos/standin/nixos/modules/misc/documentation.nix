# SPDX-License-Identifier: GPL-2.0-or-later
{ lib, ... }:
let
  inherit (lib) mkOption types;
  on = mkOption {
    type = types.bool;
    default = true;
  };
in
{
  options.documentation = {
    enable = on;
    dev.enable = lib.mkEnableOption "development manuals";
    doc.enable = on;
    info.enable = on;
    man.enable = on;
    man.cache.enable = lib.mkEnableOption "the manual page index";
    nixos.enable = on;
  };
  options.xdg = {
    autostart.enable = on;
    icons.enable = on;
    mime.enable = on;
    sounds.enable = on;
  };
  options.fonts.fontconfig.enable = on;
}
