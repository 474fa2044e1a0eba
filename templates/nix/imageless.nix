# SPDX-License-Identifier: GPL-2.0-or-later
# One NixOS system without a disk or a kernel: a closure that a guest boots over virtiofs. The strings
# between @ signs get filled; a line whose value is empty goes, a line whose value is a list comes once
# per element.
# Add here what every system of yours should have and no option offers.
{
  description = "@description@";

  inputs.nixos-flake.url = "@library@";
  inputs.nixos-flake.inputs.nixpkgs.url = "@nixpkgs@";
  inputs.nixpkgs.follows = "nixos-flake/nixpkgs";
  inputs."@source@".url = "@source_url@";
  inputs."@source@".flake = false;

  outputs =
    {
      self,
      nixpkgs,
      nixos-flake,
      ...
    }@inputs:
    let
      inherit (nixpkgs) lib;
      system = "@platform@";
      # An input <package>-src is the source of that package.
      overrides =
        _: prev:
        lib.mapAttrs' (
          name: src:
          let
            package = lib.removeSuffix "-src" name;
          in
          lib.nameValuePair package (
            (prev.${package} or (throw "there is no package ${package} whose source ${name} could be")).overrideAttrs
              (_: {
                inherit src;
                version = "kdevops-${src.shortRev or "local"}";
              })
          )
        ) (lib.filterAttrs (name: _: lib.hasSuffix "-src" name) inputs);
      modules = [
        nixos-flake.nixosModules.backends.imageless
        nixos-flake.nixosModules.user
        { nixpkgs.overlays = [ nixos-flake.overlays.default ]; }
        { nixpkgs.overlays = lib.mkAfter [ overrides ]; }
        ./default.nix
      ];
      vm = lib.nixosSystem {
        inherit system modules;
        specialArgs = { inherit inputs nixos-flake; };
      };
    in
    {
      nixosConfigurations.vm = vm;
      nixosModules.default.imports = modules;
      packages.${system}.toplevel = vm.config.system.build.toplevel;
    };
}
