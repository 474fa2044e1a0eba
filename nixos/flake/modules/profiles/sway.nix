# SPDX-License-Identifier: GPL-2.0-or-later
# Sway, a small Wayland compositor, for tests of graphics and input.
{ config, lib, ... }:
{
  imports = [ ./desktop.nix ];

  programs.sway.enable = true;
  services.greetd = {
    enable = true;
    settings.default_session = {
      command = lib.getExe config.programs.sway.package;
      user = config.nixos-flake.user.name;
    };
  };
  # A virtio GPU without acceleration renders in software, which wlroots does not do unasked.
  environment.sessionVariables.WLR_RENDERER_ALLOW_SOFTWARE = "1";
}
