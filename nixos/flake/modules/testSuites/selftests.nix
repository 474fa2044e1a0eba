# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own selftests, of the kernel that the system boots if Nix built that.
# /run/current-system/sw/lib/kselftests/run_kselftest.sh; the modules that some of them load are part of
# a kernel built for it.
{ config, pkgs, ... }:
{
  imports = [ ../bash.nix ];

  environment.systemPackages = [
    (
      if config.boot.kernel.enable then
        pkgs.kselftests.override { inherit (config.boot.kernelPackages) kernel; }
      else
        pkgs.kselftests
    )
  ]
  ++ (with pkgs; [
    ethtool
    iproute2
    keyutils
    libcap
    numactl
    perf
    perf-tools
    perl
    psmisc
  ]);
  environment.pathsToLink = [ "/lib/kselftests" ];

  boot.kernelModules = [ "configfs" ];
}
