# SPDX-License-Identifier: GPL-2.0-or-later
# mmtests: memory management benchmarks, driven by shell and Perl.
{ config, pkgs, ... }:
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages =
    [ config.boot.kernelPackages.cpupower ]
    ++ (with pkgs; [
      bcc
      dmidecode
      fio
      git
      gnuplot
      iotop
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

  systemd.tmpfiles.rules = [ "L+ /bin/bash - - - - ${pkgs.bash}/bin/bash" ];
}
