# SPDX-License-Identifier: GPL-2.0-or-later
# A virtual machine with a disk image, for libvirt.
#
#   nix build path:.#image      result/nixos.qcow2
#
# What the machine is goes into default.nix. This file puts the parts together.
{
  inputs = {
    # A checkout of your own: the library and your machines change together.
    nixos-flake.url = "path:/path/to/nixos-flake";
    nixpkgs.follows = "nixos-flake/nixpkgs";

    # Sources of your own, for an overlay in default.nix:
    #   fio-src = {
    #     type = "path";
    #     path = "/home/user/src/fio";
    #     flake = false;
    #   };
  };

  outputs =
    {
      self,
      nixpkgs,
      nixos-flake,
      ...
    }@inputs:
    let
      system = "x86_64-linux";
      vm = nixpkgs.lib.nixosSystem {
        inherit system;
        specialArgs = { inherit inputs nixos-flake; };
        modules = [
          nixos-flake.nixosModules.backends.libvirt
          nixos-flake.nixosModules.user
          { nixpkgs.overlays = [ nixos-flake.overlays.default ]; }
          ./default.nix
        ];
      };
    in
    {
      nixosConfigurations.vm = vm;
      packages.${system} = {
        toplevel = vm.config.system.build.toplevel;
        image = import "${nixpkgs}/nixos/lib/make-disk-image.nix" {
          inherit (vm) config pkgs;
          inherit (nixpkgs) lib;
          diskSize = 20480;
          format = "qcow2";
          partitionTableType = "legacy";
          installBootLoader = true;
          # Without this the image holds a copy of nixpkgs.
          copyChannel = false;
        };
      };
    };
}
