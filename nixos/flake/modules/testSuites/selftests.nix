# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own selftests, built in the guest from the kernel's sources.
{ pkgs, ... }:
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages = with pkgs; [
    clang
    ethtool
    iproute2
    keyutils
    libcap
    libseccomp
    llvm
    numactl
    perf
    perf-tools
    rsync
  ];

  boot.kernelModules = [ "configfs" ];
  systemd.tmpfiles.rules = [ "L+ /bin/bash - - - - ${pkgs.bash}/bin/bash" ];
}
