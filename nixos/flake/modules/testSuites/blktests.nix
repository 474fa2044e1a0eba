# SPDX-License-Identifier: GPL-2.0-or-later
# blktests: block layer and storage drivers, built in the guest from its sources.
{ pkgs, ... }:
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages = with pkgs; [
    acl
    attr
    blktrace
    btrfs-progs
    dmraid
    e2fsprogs
    fio
    gawk
    git
    libnl
    lvm2
    mdadm
    multipath-tools
    nbd
    nvme-cli
    parted
    sg3_utils
    sysstat
    targetcli-fb
    xfsprogs
  ];

  boot.kernelModules = [ "configfs" ];
  # Its scripts start with #!/bin/bash.
  systemd.tmpfiles.rules = [ "L+ /bin/bash - - - - ${pkgs.bash}/bin/bash" ];
}
