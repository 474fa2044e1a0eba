# SPDX-License-Identifier: GPL-2.0-or-later
# A derivation that evaluates and whose build says why it cannot be: { pkgs, name, why, needs ? [ ] }.
# `needs`: values that must evaluate before, as they would for the real thing.
{
  pkgs,
  name,
  why,
  needs ? [ ],
}:
builtins.deepSeq needs (
  builtins.derivation {
    inherit name why;
    inherit (pkgs) system;
    builder = "/bin/sh";
    args = [
      "-c"
      ''
        echo "error: $name: the stand-in for nixpkgs does not build this: $why" >&2
        echo "error: build it from the real nixpkgs (CONFIG_NIXOS_NIXPKGS_URL)" >&2
        exit 1
      ''
    ];
    preferLocalBuild = true;
    allowSubstitutes = false;
  }
)
