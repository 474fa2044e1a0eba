# SPDX-License-Identifier: GPL-2.0-or-later
# The package set: nixpkgs's names, Debian's packages. Overlays apply as in nixpkgs.
{
  lib,
  system,
  overlays ? [ ],
  config ? { },
}:
let
  base =
    final:
    let
      package = import ./package.nix { inherit lib system; };
      builders = import ./builders.nix {
        inherit lib system final;
        inherit (package) mkPackage;
      };
      plain = lib.mapAttrs package.fromTable (import ./debian.nix);
      languages = import ./languages.nix {
        inherit lib final;
        inherit (package) mkPackage fromTable;
      };
    in
    plain
    // languages
    // builders
    // {
      _type = "pkgs";
      inherit lib system config;
      pkgs = final;
      callPackage = lib.callPackageWith final;
      callPackages = lib.callPackageWith final;
      newScope = extra: lib.callPackageWith (final // extra);
      buildPackages = final;
      targetPackages = final;
      extend = overlay: import ./. {
        inherit lib system config;
        overlays = overlays ++ [ overlay ];
      };
      appendOverlays = more: import ./. {
        inherit lib system config;
        overlays = overlays ++ more;
      };
      overlays = overlays;
    };
in
lib.fix (builtins.foldl' (f: overlay: lib.extends overlay f) base overlays)
