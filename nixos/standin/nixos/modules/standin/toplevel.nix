# SPDX-License-Identifier: GPL-2.0-or-later
# config.system.build.toplevel. With a disk, that is the checked specification, from which an image is
# made. Without one (the store and the kernel come from the host) it is the guest itself, with a boot.json.
{ config, lib, pkgs, ... }:
let
  failed = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
  checked =
    value:
    if failed != [ ] then
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}"
    else
      lib.showWarnings config.warnings value;

  common = {
    name = "nixos-system-${config.system.name}-${config.system.nixos.version}";
    inherit (pkgs) system;
    passAsFile = [ "spec" ];
    preferLocalBuild = true;
    allowSubstitutes = false;
  };

  withDisk = builtins.derivation (
    common
    // {
      builder = "/bin/sh";
      spec = builtins.toJSON config.system.build.standinSpec;
      args = [
        "-c"
        ''
          PATH=/usr/bin:/bin
          mkdir "$out" && cp "$specPath" "$out/standin.json" && echo "${config.system.nixos.version}" > "$out/nixos-version"
        ''
      ];
    }
  );

  withoutDisk = builtins.derivation (
    common
    // {
      outputs = [
        "out"
        "initrd"
      ];
      builder = "/bin/bash";
      # Paths in the guest are what they are in the store it shares with the host.
      args = [
        "-c"
        ''
          if [[ $NIX_STORE != /nix/store ]]; then
            echo "error: the stand-in's guests without a disk mount the store at /nix/store; this Nix keeps it in $NIX_STORE: build without NIX_STORE_DIR" >&2
            exit 1
          fi
          exec "${../../../image}/build" "$specPath" "$out" "$initrd"
        ''
      ];
      spec = builtins.toJSON (
        config.system.build.standinSpec
        // {
          closure.label = "${config.system.nixos.distroName} ${config.system.nixos.codeName} ${config.system.nixos.label}";
        }
      );
    }
  );
  built = if config.standin.imageless then withoutDisk else withDisk;
in
{
  options.standin.imageless = lib.mkOption {
    type = lib.types.bool;
    internal = true;
    readOnly = true;
    default =
      let
        isType = mountPoint: fsType: (config.fileSystems.${mountPoint}.fsType or null) == fsType;
      in
      !config.boot.kernel.enable && isType "/" "tmpfs" && isType "/nix/store" "virtiofs";
  };
  config.system.build = {
    toplevel = checked built;
    initialRamdisk =
      if config.standin.imageless then
        built.initrd
      else
        throw "stand-in: system.build.initialRamdisk: the initial ramdisk of a system with a disk is made with its image";
  };
}
