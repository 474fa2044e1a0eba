# SPDX-License-Identifier: GPL-2.0-or-later
# gitr: git's own test suite, as load on a file system.
{ pkgs, ... }:
{
  imports = [ ../profiles/build-tools.nix ];

  environment.systemPackages = with pkgs; [
    apacheHttpd
    curl
    cvs
    cvsps
    expat
    gettext
    gitFull
    mercurial
    (perl.withPackages (ps: [ ps.TestMost ]))
    sqlite
    subversion
    zlib
  ];
}
