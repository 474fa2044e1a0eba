# SPDX-License-Identifier: GPL-2.0-or-later
# sysbench: OLTP load on PostgreSQL or MySQL, both native. The workflow makes the file system under test
# and runs a server of its own there, so those programs are here whether or not the services below run.
{ lib, pkgs, ... }:
{
  environment.systemPackages = with pkgs; [
    sysbench
    postgresql
    mariadb
    xfsprogs
    e2fsprogs
    btrfs-progs
  ];
  services.postgresql.enable = lib.mkDefault true;
  services.mysql = {
    enable = lib.mkDefault true;
    package = lib.mkDefault pkgs.mariadb;
  };
}
