# SPDX-License-Identifier: GPL-2.0-or-later
# A comfortable machine for kernel development: storage, network and tracing tools, editors.
{
  config,
  lib,
  pkgs,
  ...
}:
{
  imports = [ ../python.nix ];

  programs.bash.completion.enable = true;

  # SPDK's user-space drivers: an emulated IOMMU has no interrupt remapping, and inside a guest that
  # is no risk.
  boot.extraModprobeConfig = "options vfio_iommu_type1 allow_unsafe_interrupts=1";

  environment.systemPackages =
    [ config.boot.kernelPackages.cpupower ]
    ++ (with pkgs; [
      # Block devices and file systems
      acl
      attr
      blktrace
      btrfs-progs
      e2fsprogs
      f2fs-tools
      keyutils
      libndctl
      libnvme
      lvm2
      mdadm
      nvme-cli
      parted
      quota
      sg3_utils
      xfsdump
      xfsprogs
      xfstests

      # Load
      fio
      libaio
      liburing
      stress-ng

      # Network
      ethtool
      iperf
      iproute2
      nfs-utils
      rpcbind

      # Tracing and measurement
      bcc
      bpftools
      bpftrace
      btop
      dmidecode
      gnuplot
      htop
      iotop
      lsof
      numactl
      pagemon
      perf
      powertop
      strace
      sysstat
      trace-cmd

      # Everything else
      bc
      file
      gawk
      git
      helix
      jq
      kmod
      libcap
      libseccomp
      neovim
      pciutils
      screen
      tmux
      usbutils
      util-linux
      vim
      zellij
    ])
    # SPDK is packaged for x86-64 only.
    ++ lib.optional pkgs.stdenv.hostPlatform.isx86_64 pkgs.spdk;

  nixos-flake.python.packages = ps: [
    ps.matplotlib
    ps.numpy
    ps.pandas
  ];
}
