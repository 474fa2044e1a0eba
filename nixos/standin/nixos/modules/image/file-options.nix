# SPDX-License-Identifier: GPL-2.0-or-later
# What an image file is called.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  string = lib.mkOption { type = lib.types.str; };
  stringWith = default: string // { inherit default; };
in
{
  options.image = {
    baseName = stringWith "nixos-image-${config.system.nixos.label}-${pkgs.stdenv.hostPlatform.system}";
    extension = string;
    fileName = stringWith "${config.image.baseName}.${config.image.extension}";
    # Below $out of system.build.image.
    filePath = stringWith config.image.fileName;
  };
}
