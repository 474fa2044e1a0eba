# SPDX-License-Identifier: GPL-2.0-or-later
{
  description = "A stand-in for nixpkgs: evaluates NixOS modules, builds guests from Debian packages";

  outputs =
    { self }:
    let
      lib = import ./lib;
    in
    {
      lib = lib // {
        nixosSystem = args: import ./nixos/lib/eval-config.nix ({ inherit lib; } // args);
      };

      legacyPackages = lib.genAttrs lib.systems.flakeExposed (system: import ./. { inherit system; });

      nixosModules.notDetected = ./nixos/modules/profiles/not-detected.nix;
    };
}
