# SPDX-License-Identifier: GPL-2.0-or-later
# gitr: git's own test suite, as load on a file system. /run/current-system/sw/lib/git-testsuite/t, run with
# prove and TEST_OUTPUT_DIRECTORY on that file system.
{ pkgs, ... }:
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
}
