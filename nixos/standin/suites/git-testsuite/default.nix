# SPDX-License-Identifier: GPL-2.0-or-later
# git's own tests with the git they test, built from Debian's source package: what
# nixos/flake/pkgs/git-testsuite.nix makes of nixpkgs's git.
builtins.derivation {
  name = "standin-git-testsuite";
  system = "x86_64-linux";
  builder = "/bin/sh";
  args = [ ./build ];
  preferLocalBuild = true;
  allowSubstitutes = false;
}
