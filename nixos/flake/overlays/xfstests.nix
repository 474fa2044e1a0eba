# SPDX-License-Identifier: GPL-2.0-or-later
# xfstests with what its configure looks for and nixpkgs's recipe leaves out: without gdbm there is no
# src/dbtest, without liburing every io_uring test is skipped. nixpkgs's version is kept.
final: prev: {
  xfstests = prev.xfstests.overrideAttrs (old: {
    nativeBuildInputs = (old.nativeBuildInputs or [ ]) ++ [ final.pkg-config ];
    buildInputs = (old.buildInputs or [ ]) ++ [
      final.gdbm
      final.liburing
    ];
  });
}
