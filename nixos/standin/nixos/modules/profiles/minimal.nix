# SPDX-License-Identifier: GPL-2.0-or-later
# No manuals, nothing for desktops, no default packages.
{ lib, ... }:
let
  off = lib.mkDefault false;
in
{
  documentation.enable = off;
  documentation.doc.enable = off;
  documentation.info.enable = off;
  documentation.man.enable = off;
  documentation.nixos.enable = off;

  environment.defaultPackages = lib.mkDefault [ ];
  environment.stub-ld.enable = off;

  programs.command-not-found.enable = off;
  services.logrotate.enable = off;
  services.udisks2.enable = off;

  xdg.autostart.enable = off;
  xdg.icons.enable = off;
  xdg.mime.enable = off;
  xdg.sounds.enable = off;
}
