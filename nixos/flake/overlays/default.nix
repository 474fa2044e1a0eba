# SPDX-License-Identifier: GPL-2.0-or-later
final: prev:
prev.lib.composeManyExtensions [
  (import ./fio.nix)
  (import ./sysbench.nix)
  (import ./xfstests.nix)
  (import ./custom-pkgs.nix)
] final prev
