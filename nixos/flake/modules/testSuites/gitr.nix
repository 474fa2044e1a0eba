# SPDX-License-Identifier: GPL-2.0-or-later
# gitr: git's own test suite, as load on a file system. /run/current-system/sw/lib/git-testsuite/t, run by
# prove from a copy on that file system.
{ lib, pkgs, ... }:
{
  imports = [ ../bash.nix ];

  environment.systemPackages = with pkgs; [
    apacheHttpd
    curl
    cvs
    cvsps
    e2fsprogs
    gettext
    git-testsuite
    gitFull
    mercurial
    nfs-utils
    (perl.withPackages (ps: [ ps.TestMost ]))
    sqlite
    subversion
    xfsprogs
    btrfs-progs
  ];
  environment.pathsToLink = [ "/lib/git-testsuite" ];

  # The server of tests on NFS has the same closure as its clients; what it exports is made there.
  services.nfs.server.enable = lib.mkDefault true;
  services.rpcbind.enable = lib.mkDefault true;
}
