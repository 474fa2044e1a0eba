# SPDX-License-Identifier: GPL-2.0-or-later
# mmtests: memory management benchmarks, driven by shell and Perl. The tree is at
# /run/current-system/sw/lib/mmtests; it works in a copy of itself.
{ config, pkgs, ... }:
{
  # A benchmark that it brings as source is compiled when it is run: that is how mmtests is made.
  imports = [
    ../bash.nix
    ../profiles/build-tools.nix
  ];

  environment.systemPackages = [
    config.boot.kernelPackages.cpupower
  ]
  ++ (with pkgs; [
    bcc
    bc
    dmidecode
    expect
    fio
    gcc
    gnumake
    gnuplot
    hdparm
    iotop
    mmtests
    numactl
    perf-tools
    (perl.withPackages (ps: [ ps.ListMoreUtils ]))
    powertop
    psmisc
    R
    sysstat
    time
    trace-cmd
    wget
  ]);
  environment.pathsToLink = [ "/lib/mmtests" ];
}
