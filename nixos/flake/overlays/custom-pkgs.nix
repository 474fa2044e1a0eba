# SPDX-License-Identifier: GPL-2.0-or-later
# What nixpkgs has only below another name, and test suites that it has not. A nixpkgs that gets one of them
# keeps its own.
final: prev: {
  inherit (final.linuxPackages_latest) cpupower;

  blktests = prev.blktests or (final.callPackage ../pkgs/blktests.nix { });
  git-testsuite = prev.git-testsuite or (final.callPackage ../pkgs/git-testsuite.nix { });
  kselftests = prev.kselftests or (final.callPackage ../pkgs/kselftests.nix { });
  ltp = prev.ltp or (final.callPackage ../pkgs/ltp.nix { });
  mmtests = prev.mmtests or (final.callPackage ../pkgs/mmtests.nix { });
  pynfs = prev.pynfs or (final.callPackage ../pkgs/pynfs.nix { });
}
