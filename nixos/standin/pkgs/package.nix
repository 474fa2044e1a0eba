# SPDX-License-Identifier: GPL-2.0-or-later
# A package here is a name, the Debian packages behind it and a path in the guest.
#
# The path is a plain string, but it carries string context: a tiny store file that describes the
# package. So whatever text ends up in the configuration tells which packages it refers to, the way
# a real store path would, and the guest gets exactly those.
{ lib, system }:
let
  # Not in /nix/store: that is the host's where a guest has no disk.
  guestPath = attr: "/usr/lib/standin/${attr}";

  mkPackage =
    spec@{
      attr,
      pname ? attr,
      version ? "debian12",
      # Debian's packages; null: Debian has none, and an image with it fails to build.
      debian,
      # Directories beside /usr/bin and its kind whose programs go on PATH.
      binDirs ? [ ],
      # Names that nixpkgs's package has and Debian's has not: { "/usr/bin/foo" = "target"; }
      links ? { },
      # A directory (or what builds one) that comes over the guest's /usr: a suite that Debian has not.
      tree ? null,
      outputs ? [ "out" ],
      meta ? { },
      passthru ? { },
    }:
    let
      record = {
        inherit attr debian binDirs;
        links = lib.mapAttrsToList (path: target: { inherit path target; }) links;
        path = guestPath attr;
      };
      # A path of the sources becomes a derivation, so that it is an input of images alone.
      built =
        if !builtins.isPath tree then
          tree
        else
          builtins.derivation {
            name = lib.strings.sanitizeDerivationName "standin-${attr}";
            inherit system tree;
            builder = "/bin/sh";
            args = [
              "-c"
              "PATH=/usr/bin:/bin; cp -r $tree $out"
            ];
            preferLocalBuild = true;
            allowSubstitutes = false;
          };
      # The name is the key by which nixos/modules/standin/spec.nix finds the record again.
      marker = builtins.toFile "standin-package-${lib.strings.sanitizeDerivationName attr}.json" (builtins.toJSON record);
      self = passthru // {
        type = "derivation";
        name = "${pname}-${version}";
        inherit
          pname
          version
          system
          outputs
          ;
        outPath = record.path + builtins.substring 0 0 marker;
        # Who builds a package by itself is told why that cannot be.
        inherit
          (import ../nixos/lib/refuse.nix {
            pkgs = { inherit system; };
            name = lib.strings.sanitizeDerivationName "${pname}-${version}";
            why = "a package; guests get Debian's, for this one ${if debian == null then "none" else toString debian}";
          })
          drvPath
          ;
        outputName = "out";
        meta = {
          mainProgram = pname;
          available = debian != null;
        } // meta;
        inherit passthru;
        standin = record // {
          inherit marker;
          tree = if built == null then null else "${built}";
        };
        override = _: self;
        overrideAttrs = change: overridden (if lib.isFunction change then applyAttrs change else change);
        overrideDerivation = self.overrideAttrs;
      } // everyOutput;
      everyOutput = lib.genAttrs (lib.unique (outputs ++ [
        "out"
        "bin"
        "dev"
        "lib"
        "man"
        "doc"
      ])) (_: self);
      oldAttrs = {
        inherit pname version passthru meta;
        src = null;
      };
      applyAttrs =
        change:
        let
          once = change oldAttrs;
        in
        # overrideAttrs (old: ...) and overrideAttrs (final: prev: ...)
        if lib.isFunction once then once oldAttrs else once;
      # Another source cannot come from Debian; other build inputs, flags and phases do not matter to
      # a package that is not built here.
      overridden =
        new:
        mkPackage (
          spec
          // {
            passthru = passthru // new.passthru or { };
            meta = meta // new.meta or { };
          }
          // lib.optionalAttrs (new ? version) { inherit (new) version; }
          // lib.optionalAttrs (new.src or null != null || new.patches or [ ] != [ ]) { debian = null; }
        );
    in
    self;
in
{
  inherit mkPackage;

  # A line of debian.nix: "deb1 deb2", null, or an attribute set for mkPackage.
  fromTable =
    attr: entry:
    mkPackage (
      { inherit attr; }
      // (
        if builtins.isString entry then
          { debian = lib.splitString " " entry; }
        else if entry == null then
          { debian = null; }
        else
          entry
          // {
            debian = if builtins.isString entry.debian then lib.splitString " " entry.debian else entry.debian;
          }
      )
    );
}
