# SPDX-License-Identifier: GPL-2.0-or-later
# sysbench: OLTP load on PostgreSQL or MySQL, both native. A server brings its client programs along;
# one that is switched off is not in the guest.
{ lib, pkgs, ... }:
{
  environment.systemPackages = [ pkgs.sysbench ];
  services.postgresql.enable = lib.mkDefault true;
  services.mysql = {
    enable = lib.mkDefault true;
    package = lib.mkDefault pkgs.mariadb;
  };
}
