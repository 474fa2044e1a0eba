# SPDX-License-Identifier: GPL-2.0-or-later
# mmtests: memory management benchmarks, driven by shell and Perl. The tree is at
# /run/current-system/sw/lib/mmtests, with thpcompact and thpchallenge compiled; it works in a copy of itself.
{ config, pkgs, ... }:
{
  imports = [ ../bash.nix ];

  environment.systemPackages = [
    config.boot.kernelPackages.cpupower
  ]
  ++ (with pkgs; [
    bc
    dmidecode
    e2fsprogs
    expect
    fio
    gawk
    gnuplot
    hdparm
    iotop
    mmtests
    numactl
    perf-tools
    (perl.withPackages (ps: [ ps.ListMoreUtils ]))
    powertop
    psmisc
    sysstat
    time
    trace-cmd
    wget
    xfsprogs
  ]);
  environment.pathsToLink = [ "/lib/mmtests" ];
}
