# SPDX-License-Identifier: GPL-2.0-or-later
# A list of modules -> a NixOS configuration: { config, options, pkgs, lib, extendModules, ... }
{
  lib,
  system ? null,
  pkgs ? null,
  modules ? [ ],
  specialArgs ? { },
  baseModules ? import ../modules/module-list.nix,
  extraModules ? [ ],
  prefix ? [ ],
  check ? true,
  modulesLocation ? null,
}:
let
  given = {
    _file = "the arguments of lib.nixosSystem";
    key = "nixosSystem";
    config = {
      nixpkgs.system = lib.mkIf (system != null) (lib.mkDefault system);
      nixpkgs.pkgs = lib.mkIf (pkgs != null) (lib.mkForce pkgs);
    };
  };
  located = if modulesLocation == null then modules else map (lib.setDefaultModuleLocation modulesLocation) modules;
  evaluated = lib.evalModules {
    inherit prefix check;
    class = "nixos";
    modules = baseModules ++ extraModules ++ [ given ] ++ located;
    specialArgs = {
      modulesPath = toString ../modules;
      utils = import ./utils.nix { inherit lib; };
    } // specialArgs;
  };
  decorate =
    e:
    e
    // {
      inherit lib;
      inherit (e._module.args) pkgs;
      extendModules = args: decorate (e.extendModules args);
    };
in
decorate evaluated
