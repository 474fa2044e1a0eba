# SPDX-License-Identifier: GPL-2.0-or-later
# What `./configure && make` of a test suite needs.
{ pkgs, ... }:
{
  environment.systemPackages = with pkgs; [
    autoconf
    automake
    bc
    bison
    elfutils
    flex
    gcc
    gnumake
    libtool
    openssl
    pkg-config
  ];
}
