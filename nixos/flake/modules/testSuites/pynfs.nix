# SPDX-License-Identifier: GPL-2.0-or-later
# pynfs: NFSv4 protocol tests, against a server elsewhere or the node's own.
# /run/current-system/sw/lib/pynfs/nfs4.{0,1}/testserver.py
{ lib, pkgs, ... }:
{
  environment.systemPackages = with pkgs; [
    btrfs-progs
    e2fsprogs
    krb5
    nfs-utils
    pynfs
    xfsprogs
  ];
  environment.pathsToLink = [ "/lib/pynfs" ];

  # What it exports is decided when a test needs it: exports, threads and leases are not declared.
  services.nfs.server.enable = lib.mkDefault true;
  services.rpcbind.enable = lib.mkDefault true;
}
