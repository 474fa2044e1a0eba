# SPDX-License-Identifier: GPL-2.0-or-later
# blktests: block layer and storage drivers. /run/current-system/sw/lib/blktests/check, with every program
# a test may ask for: one that is missing shows up as a skipped test only.
{ pkgs, ... }:
{
  imports = [ ../bash.nix ];

  environment.systemPackages = with pkgs; [
    acl
    attr
    bc
    blktests
    blktrace
    btrfs-progs
    cryptsetup
    dmraid
    e2fsprogs
    f2fs-tools
    fio
    gawk
    lvm2
    mdadm
    multipath-tools
    nbd
    nvme-cli
    parted
    psmisc
    sg3_utils
    sysstat
    targetcli-fb
    xfsprogs
  ];
  environment.pathsToLink = [ "/lib/blktests" ];

  boot.kernelModules = [ "configfs" ];
  # Tests look for modules where every other distribution has them.
  systemd.tmpfiles.rules = [ "L /lib/modules - - - - /run/booted-system/kernel-modules/lib/modules" ];
}
