# SPDX-License-Identifier: GPL-2.0-or-later
# What the desktop profiles share: a session of the unprivileged account on the virtual screen, without
# a password to type. Whoever sees that screen (VNC on the host's loopback) controls the machine anyway.
{ lib, pkgs, ... }:
{
  imports = [ ../user.nix ];

  # The virtio GPU from the beginning, so that no session starts on a frame buffer it then loses.
  boot.initrd.kernelModules = [ "virtio_gpu" ];
  hardware.graphics.enable = true;
  fonts.fontconfig.enable = true;
  fonts.packages = [ pkgs.dejavu_fonts ];
  services.spice-vdagentd.enable = lib.mkDefault true;
}
