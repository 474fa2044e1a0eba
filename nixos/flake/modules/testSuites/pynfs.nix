# SPDX-License-Identifier: GPL-2.0-or-later
# pynfs: NFSv4 protocol tests, against a server elsewhere or the node's own.
# /run/current-system/sw/lib/pynfs/nfs4.{0,1}/testserver.py
{ pkgs, ... }:
{
  environment.systemPackages = with pkgs; [
    krb5
    nfs-utils
    pynfs
  ];
  environment.pathsToLink = [ "/lib/pynfs" ];
}
