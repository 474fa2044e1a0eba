# SPDX-License-Identifier: GPL-2.0-or-later
# The part of nixpkgs's library that NixOS modules use: same names, same meaning, written anew.
let
  parts = {
    trivial = import ./trivial.nix { inherit lib; };
    lists = import ./lists.nix { inherit lib; };
    attrsets = import ./attrsets.nix { inherit lib; };
    strings = import ./strings.nix { inherit lib; };
    options = import ./options.nix { inherit lib; };
    modules = import ./modules.nix { inherit lib; };
    types = import ./types.nix { inherit lib; };
    customisation = import ./customisation.nix { inherit lib; };
    fixedPoints = {
      inherit (lib.customisation)
        fix
        extends
        composeExtensions
        composeManyExtensions
        ;
    };
    generators = import ./generators.nix { inherit lib; };
    kernel = import ./kernel.nix;
    # Packages carry these as data only; any name is accepted for a maintainer.
    licenses = import ./licenses.nix;
    maintainers = { };
    platforms = {
      linux = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      unix = lib.platforms.linux;
      all = lib.platforms.linux;
    };
    systems = import ./systems.nix { inherit lib; };
    meta = {
      inherit (lib.customisation)
        getExe
        getExe'
        setPrio
        lowPrio
        hiPrio
        ;
    };
  };
  # As in nixpkgs, these are found in their part only.
  inPartsOnly = [
    "defaultOrderPriority"
    "defaultOverridePriority"
    "escapeSystemdPath"
    "importApply"
    "isConvertibleWithToString"
    "pushDown"
    "release"
    "sanitizeDerivationName"
    "showDefs"
    "showValue"
    "versionSuffix"
  ];
  lib =
    removeAttrs (
      parts.trivial
      // parts.lists
      // parts.attrsets
      // removeAttrs parts.strings [ "replicate" ]
      // parts.options
      // parts.modules
      // parts.customisation
    ) inPartsOnly
    // parts;
in
lib
