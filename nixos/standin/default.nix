# SPDX-License-Identifier: GPL-2.0-or-later
# import nixpkgs { system = ...; overlays = [ ... ]; }
{
  system ? localSystem.system or builtins.currentSystem,
  localSystem ? { },
  overlays ? [ ],
  config ? { },
}:
import ./pkgs {
  lib = import ./lib;
  inherit system overlays config;
}
