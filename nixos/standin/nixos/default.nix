# SPDX-License-Identifier: GPL-2.0-or-later
{
  configuration,
  system ? builtins.currentSystem,
}:
let
  lib = import ../lib;
  evaluated = import ./lib/eval-config.nix {
    inherit lib system;
    modules = [ configuration ];
  };
in
{
  inherit (evaluated) config options pkgs;
  system = evaluated.config.system.build.toplevel;
}
