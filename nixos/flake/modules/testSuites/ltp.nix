# SPDX-License-Identifier: GPL-2.0-or-later
# LTP: system calls and more, built in the guest from its sources.
{ lib, pkgs, ... }:
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages = with pkgs; [
    acl
    ethtool
    git
    libaio
    libcap
    libselinux
    libsepol
    libtirpc
    m4
    nfs-utils
    numactl
  ];

  # The net.nfs tests export to themselves.
  services.nfs.server.enable = lib.mkDefault true;
  services.rpcbind.enable = lib.mkDefault true;
  systemd.tmpfiles.rules = [ "L+ /bin/bash - - - - ${pkgs.bash}/bin/bash" ];
}
