# SPDX-License-Identifier: GPL-2.0-or-later
# make-disk-image of the stand-in: nixpkgs's arguments, an image assembled from Debian packages. What it
# cannot do evaluates, and its build refuses it by name.
{
  pkgs,
  lib,
  config,
  # MiB, or "auto": what the system takes and additionalSpace.
  diskSize ? "auto",
  additionalSpace ? "512M",
  # qcow2 | qcow2-compressed | raw
  format ? "qcow2",
  partitionTableType ? "legacy",
  fsType ? "ext4",
  label ? "nixos",
  baseName ? "nixos",
  name ? "nixos-disk-image",
  installBootLoader ? true,
  # Not nixpkgs's: put kernel, initrd and kernel-params beside the image, for QEMU's -kernel.
  bootFiles ? false,
  # Without meaning for this image: there is no build VM, no channel, no ESP, and it is deterministic.
  bootSize ? "256M",
  copyChannel ? true,
  deterministic ? true,
  memSize ? 1024,
  # Refused unless left at their default.
  configFile ? null,
  contents ? [ ],
  additionalPaths ? [ ],
  onlyNixStore ? false,
  postVM ? "",
  touchEFIVars ? false,
  OVMF ? null,
  rootFSUID ? null,
  rootGPUID ? null,
  ...
}@args:
let
  known = builtins.attrNames (builtins.functionArgs (import ./make-disk-image.nix));
  unknown = builtins.filter (n: !(builtins.elem n known)) (builtins.attrNames args);
  refused =
    lib.optional (configFile != null) "configFile"
    ++ lib.optional (contents != [ ]) "contents"
    ++ lib.optional (additionalPaths != [ ]) "additionalPaths"
    ++ lib.optional onlyNixStore "onlyNixStore"
    ++ lib.optional (postVM != "") "postVM"
    ++ lib.optional touchEFIVars "touchEFIVars"
    ++ lib.optional (rootFSUID != null) "rootFSUID"
    ++ lib.optional (rootGPUID != null) "rootGPUID"
    ++ lib.optional (partitionTableType != "legacy") "partitionTableType = \"${partitionTableType}\" (only \"legacy\")"
    ++ lib.optional (fsType != "ext4") "fsType = \"${fsType}\" (only \"ext4\")"
    ++ lib.optional (!installBootLoader) "installBootLoader = false"
    ++ lib.optional (!(builtins.elem format [
      "qcow2"
      "qcow2-compressed"
      "raw"
    ])) "format = \"${format}\" (only \"qcow2\", \"qcow2-compressed\", \"raw\")";

  mebibytes =
    size:
    let
      m = builtins.match "([0-9]+)([MG])" size;
    in
    if m == null then
      throw "make-disk-image of the stand-in: additionalSpace = \"${size}\": write it in M or G"
    else
      builtins.fromJSON (builtins.head m) * (if lib.last m == "G" then 1024 else 1);

  spec = config.system.build.standinSpec // {
    disk = {
      inherit
        baseName
        format
        label
        diskSize
        fsType
        partitionTableType
        installBootLoader
        bootFiles
        ;
      additionalSpace = mebibytes additionalSpace;
    };
  };
in
if unknown != [ ] then
  throw "make-disk-image of the stand-in does not know the argument ${lib.concatStringsSep ", " unknown}"
else if refused != [ ] then
  import ./refuse.nix {
    inherit pkgs name;
    why = "an image with ${lib.concatStringsSep ", " refused}";
    needs = [ config.system.build.toplevel.drvPath ];
  }
else
  # toplevel holds the configuration's assertions; an image of a refused configuration must not exist.
  builtins.seq config.system.build.toplevel.drvPath (
    builtins.derivation {
      name = "${name}-standin";
      inherit (pkgs) system;
      builder = "/bin/bash";
      # A store path of its own: the image is made again when the builder changed, not when any other
      # file of the stand-in did.
      args = [
        "-c"
        "exec \"${../../image}/build\" \"$specPath\" \"$out\""
      ];
      spec = builtins.toJSON spec;
      passAsFile = [ "spec" ];
      # Package archives are fetched; the builder needs the machine's apt and its cache directory.
      preferLocalBuild = true;
      allowSubstitutes = false;
    }
  )
