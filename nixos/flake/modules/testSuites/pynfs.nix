# SPDX-License-Identifier: GPL-2.0-or-later
# pynfs: NFSv4 protocol tests, from Python, against a server elsewhere.
{ pkgs, ... }:
{
  imports = [ ../python.nix ];

  environment.systemPackages = with pkgs; [
    gcc
    git
    gnumake
    krb5
    nfs-utils
    swig
  ];
  nixos-flake.python.packages = ps: [
    ps.gssapi
    ps.ply
    ps.setuptools
  ];
}
