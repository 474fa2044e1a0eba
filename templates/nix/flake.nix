# SPDX-License-Identifier: GPL-2.0-or-later
# One NixOS system. nixos-gen fills the strings between @ signs; a line whose value is empty goes.
# Add here what every system of yours should have and Kconfig does not offer.
{
  description = "@description@";

  inputs.nixos-flake.url = "@library@";
  inputs.nixos-flake.inputs.nixpkgs.url = "@nixpkgs@";
  inputs.nixpkgs.follows = "nixos-flake/nixpkgs";

  outputs =
    {
      self,
      nixpkgs,
      nixos-flake,
      ...
    }@inputs:
    let
      system = "@platform@";
      vm = nixpkgs.lib.nixosSystem {
        inherit system;
        specialArgs = { inherit inputs nixos-flake; };
        modules = [
          nixos-flake.nixosModules.backends."@backend@"
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
          name = "@image@";
          diskSize = builtins.fromJSON "@disk_size_mib@";
          format = "qcow2";
          partitionTableType = "legacy";
          installBootLoader = true;
          # Without this every image holds a copy of nixpkgs.
          copyChannel = false;
        };
      };
    };
}
