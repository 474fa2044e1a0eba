# SPDX-License-Identifier: GPL-2.0-or-later
# LTP: system calls and more. /run/current-system/sw/lib/ltp/runltp, results below /var/lib/ltp.
{ lib, pkgs, ... }:
{
  imports = [
    ../accounts.nix
    ../bash.nix
  ];

  environment.systemPackages = with pkgs; [
    acl
    bc
    btrfs-progs
    dosfstools
    e2fsprogs
    ethtool
    exfatprogs
    gawk
    iproute2
    iputils
    keyutils
    libcap
    ltp
    nfs-utils
    ntfs3g
    numactl
    parted
    psmisc
    quota
    xfsprogs
  ];
  environment.pathsToLink = [ "/lib/ltp" ];

  # The net.nfs tests export to themselves.
  services.nfs.server.enable = lib.mkDefault true;
  services.rpcbind.enable = lib.mkDefault true;
  systemd.tmpfiles.rules = [
    "d /var/lib/ltp/results 0755 root root -"
    "d /var/lib/ltp/output 0755 root root -"
    # Where it is on every other distribution.
    "L+ /opt/ltp - - - - /run/current-system/sw/lib/ltp"
  ];
}
