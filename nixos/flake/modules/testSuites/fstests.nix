# SPDX-License-Identifier: GPL-2.0-or-later
# fstests (xfstests): file system regression tests, with every program a test may ask for. A program
# that is missing shows up as a skipped test only, so the list is generous.
{ lib, pkgs, ... }:
let
  # The accounts that tests become, each with the group of its name. 123456-fsgqa tests wide user ids.
  group = gid: { inherit gid; };
  account = name: {
    isSystemUser = true;
    group = name;
    # Tests use su, which the nologin shell of system users refuses.
    useDefaultShell = true;
    description = "fstests ${name}";
  };
in
{
  imports = [
    ../accounts.nix
    ../bash.nix
    ../python.nix
  ];

  environment.systemPackages = with pkgs; [
    # File systems
    btrfs-progs
    cifs-utils
    e2fsprogs
    f2fs-tools
    nfs-utils
    xfsdump
    xfsprogs

    # The suite, and what its check script and tests run
    acct
    acl
    attr
    bc
    checkbashisms
    duperemove
    fio
    fsverity-utils
    gawk
    indent
    keyutils
    libcap
    lvm2
    man-db
    parted
    perl
    psmisc
    quota
    stress-ng
    thin-provisioning-tools
    util-linux
    which
    xfstests
  ];
  environment.pathsToLink = [ "/lib/xfstests" ];
  # xfs/802 talks to xfs_scrub's units over D-Bus.
  nixos-flake.python.packages = ps: [ ps.dbus-python ];

  users.groups = {
    fsgqa = group 500;
    fsgqa2 = group 504;
    "123456-fsgqa" = group 505;
  };
  users.users = {
    fsgqa = account "fsgqa";
    fsgqa2 = account "fsgqa2";
    "123456-fsgqa" = account "123456-fsgqa" // {
      uid = 123456;
    };
  };

  services.nfs.server.enable = lib.mkDefault true;
  services.rpcbind.enable = lib.mkDefault true;
  # xfs/293 reads manual pages.
  documentation.enable = lib.mkForce true;
  documentation.man.enable = lib.mkForce true;
  # xfs_scrub@ and its kin are in the package's "out" output.
  systemd.packages = [ pkgs.xfsprogs.out ];
  boot.kernelModules = [
    "loop"
    "xfs"
  ];
  # Without device-mapper's udev rules dmsetup waits forever for its cookie.
  services.lvm.enable = lib.mkForce true;

  systemd.tmpfiles.rules = [
    # Interpreters and directories that scripts name absolutely.
    "L /usr/bin/awk - - - - /run/current-system/sw/bin/awk"
    "L /usr/lib/xfstests - - - - /run/current-system/sw/lib/xfstests"
    "L+ /usr/libexec/xfsprogs - - - - ${pkgs.xfsprogs.out}/libexec/xfsprogs"
    # A failed assertion in XFS shall warn, not stop the machine in the middle of a run.
    "w+ /sys/fs/xfs/debug/bug_on_assert - - - - 0"
  ];
}
