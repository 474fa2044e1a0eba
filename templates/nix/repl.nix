# SPDX-License-Identifier: GPL-2.0-or-later
# For nix repl (make nixos-repl): config, options, pkgs and lib of this system, and its flake as self.
let
  self =
    if builtins.pathExists ./flakeless.nix then
      (import ./flakeless.nix).self
    else
      builtins.getFlake ("path:" + toString ./.);
  vm = self.nixosConfigurations.vm;
in
{
  inherit self;
  inherit (vm) config options pkgs;
  inherit (vm.pkgs) lib;
}
