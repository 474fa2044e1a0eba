# SPDX-License-Identifier: GPL-2.0-or-later
# A virtual machine without a disk: tmpfs root, the host's /nix/store by virtiofs, a kernel of yours.
#
#   nix build path:.#toplevel      result/init, and the path of the initial ramdisk in result/boot.json
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
          nixos-flake.nixosModules.backends.imageless
          nixos-flake.nixosModules.user
          { nixpkgs.overlays = [ nixos-flake.overlays.default ]; }
          ./default.nix
        ];
      };
    in
    {
      nixosConfigurations.vm = vm;
      packages.${system}.toplevel = vm.config.system.build.toplevel;
    };
}
