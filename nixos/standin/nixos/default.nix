# SPDX-License-Identifier: GPL-2.0-or-later
{
  configuration ? (
    let
      named = builtins.getEnv "NIXOS_CONFIG";
    in
    if named == "" then <nixos-config> else /. + named
  ),
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
  inherit (evaluated.config.system.build) vm vmWithBootLoader;
}
