# SPDX-License-Identifier: GPL-2.0-or-later
# A system as a live ISO image: it evaluates, its build is refused.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  string =
    default:
    mkOption {
      type = types.str;
      inherit default;
    };
  iso = import ../../../lib/refuse.nix {
    inherit pkgs;
    name = config.image.fileName;
    why = "an ISO image";
    needs = [ config.system.build.toplevel.drvPath ];
  };
in
{
  imports = [ ../../image/file-options.nix ];

  options.isoImage = {
    appendToMenuLabel = string " Installer";
    configurationName = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    contents = mkOption {
      type = types.listOf types.attrs;
      default = [ ];
    };
    edition = string "";
    forceTextMode = flag false;
    includeSystemBuildDependencies = flag false;
    makeBiosBootable = flag (pkgs.stdenv.hostPlatform.isx86_64);
    makeEfiBootable = flag false;
    makeUsbBootable = flag false;
    prependToMenuLabel = string "";
    squashfsCompression = mkOption {
      type = types.nullOr types.str;
      default = "zstd -Xcompression-level 19";
    };
    storeContents = mkOption {
      type = types.listOf types.package;
      default = [ ];
    };
    volumeID = string "nixos-${config.isoImage.edition}${config.system.nixos.release}-${pkgs.stdenv.hostPlatform.linuxArch}";
  };

  config = {
    boot.loader.grub.enable = lib.mkImageMediaOverride false;
    fileSystems = lib.mkImageMediaOverride {
      "/" = {
        fsType = "tmpfs";
        options = [ "mode=0755" ];
      };
      "/nix/store" = {
        device = "overlay";
        fsType = "overlay";
      };
    };
    image.baseName = lib.mkDefault "nixos-${config.isoImage.edition}-${config.system.nixos.label}-${pkgs.stdenv.hostPlatform.system}";
    image.extension = "iso";
    image.filePath = "iso/${config.image.fileName}";
    system.build.image = iso;
    system.build.isoImage = iso;
  };
}
