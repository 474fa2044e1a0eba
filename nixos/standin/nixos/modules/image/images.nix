# SPDX-License-Identifier: GPL-2.0-or-later
# system.build.images.<variant>: the system once more, with a module that makes an image of it. Of nixpkgs's
# variants these are the ones for virtual machines and installers.
{
  config,
  lib,
  extendModules,
  ...
}:
let
  disk = module: { imports = [ ../virtualisation/disk-image.nix ]; } // module;
  build =
    name: module:
    let
      variant = (extendModules { modules = [ module ]; }).config;
      image =
        variant.system.build.image
          or (throw "Module for `system.build.images.${name}` misses required `system.build.image` option.");
    in
    image
    // {
      passthru = {
        config = variant;
        inherit (variant.image) filePath;
      };
    };
in
{
  options.image.modules = lib.mkOption { type = lib.types.attrsOf lib.types.deferredModule; };
  config.image.modules = {
    qemu-efi = disk { };
    qemu = disk { image.efiSupport = false; };
    raw-efi = disk { image.format = "raw"; };
    raw = disk {
      image.format = "raw";
      image.efiSupport = false;
    };
    iso = ../installer/cd-dvd/iso-image.nix;
    iso-installer = ../installer/cd-dvd/installation-cd-base.nix;
  };
  config.system.build.images = lib.mapAttrs build config.image.modules;
}
