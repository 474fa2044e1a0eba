# SPDX-License-Identifier: GPL-2.0-or-later
# nixpkgs's trivial builders. What only writes text is a real derivation and is copied into the guest;
# what compiles is a package that Debian does not have.
{
  lib,
  system,
  final,
  mkPackage,
}:
let
  platform = lib.systems.elaborate system;
  runtimeShell = "/run/current-system/sw/bin/bash";

  unbuilt =
    attrs:
    mkPackage {
      attr = attrs.pname or attrs.name or "unnamed";
      pname = attrs.pname or (builtins.parseDrvName (attrs.name or "unnamed")).name;
      version = attrs.version or "source";
      debian = null;
      passthru = attrs.passthru or { };
      meta = attrs.meta or { };
      outputs = attrs.outputs or [ "out" ];
    };
  final' = f: lib.fix (self: if lib.isFunction f then f self else f);

  # The text's context goes with the path, so that packages named in a script are found.
  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      meta ? { },
      passthru ? { },
      ...
    }:
    let
      drv = builtins.derivation {
        inherit name system text;
        builder = "/bin/sh";
        args = [
          "-c"
          ''
            PATH=/usr/bin:/bin
            target=$out$destination
            mkdir -p "''${target%/*}"
            cp "$textPath" "$target"
            test -z "$executable" || chmod +x "$target"
          ''
        ];
        inherit executable destination;
        passAsFile = [ "text" ];
        preferLocalBuild = true;
        allowSubstitutes = false;
      };
      # Its name is the path below the store (see nixos/modules/standin/spec.nix).
      marker = builtins.toFile "standin-file-${baseNameOf (builtins.unsafeDiscardStringContext drv.outPath)}" "";
      self = drv // passthru // {
        outPath = drv.outPath + builtins.substring 0 0 text + builtins.substring 0 0 marker;
        out = self;
        pname = name;
        inherit meta passthru;
        override = _: self;
        overrideAttrs = _: self;
        standin = {
          attr = name;
          debian = [ ];
          binDirs = [ ];
          links = [ ];
          path = builtins.unsafeDiscardStringContext drv.outPath;
        };
      };
    in
    self;
  join =
    name: paths:
    let
      unknown = builtins.filter (p: !(p ? standin)) paths;
      records = map (p: p.standin) paths;
    in
    if unknown != [ ] then
      throw "stand-in: '${name}' joins something that is no package of this set"
    else
      mkPackage {
        attr = name;
        debian = if builtins.any (r: r.debian == null) records then null else lib.unique (builtins.concatMap (r: r.debian) records);
        binDirs = lib.unique (builtins.concatMap (r: r.binDirs) records);
        links = lib.listToAttrs (builtins.concatMap (r: map (l: lib.nameValuePair l.path l.target) r.links) records);
      };
in
rec {
  inherit runtimeShell writeTextFile;
  stdenv = {
    inherit system;
    hostPlatform = platform;
    buildPlatform = platform;
    targetPlatform = platform;
    isLinux = true;
    isDarwin = false;
    isx86_64 = platform.isx86_64;
    isAarch64 = platform.isAarch64;
    mkDerivation = attrs: unbuilt (final' attrs);
    cc = final.gcc // {
      cc = final.gcc;
      targetPrefix = "";
      libc = final.glibc;
    };
    shell = runtimeShell;
  };
  stdenvNoCC = stdenv;
  ccacheStdenv = stdenv // {
    override = _: ccacheStdenv;
  };
  hostPlatform = platform;
  targetPlatform = platform;

  writeText = name: text: writeTextFile { inherit name text; };
  writeScript = name: text: writeTextFile { inherit name text; executable = true; };
  writeScriptBin = name: text: writeTextFile {
    inherit name text;
    executable = true;
    destination = "/bin/${name}";
    meta.mainProgram = name;
  };
  writeTextDir = path: text: writeTextFile {
    inherit text;
    name = baseNameOf path;
    destination = "/${path}";
  };
  writeShellScript = name: text: writeScript name "#!${runtimeShell}\n${text}";
  writeShellScriptBin = name: text: writeScriptBin name "#!${runtimeShell}\n${text}";
  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
      ...
    }:
    writeShellScriptBin name ''
      set -o errexit -o nounset -o pipefail
      ${lib.optionalString (runtimeInputs != [ ]) "export PATH=\"${lib.makeBinPath runtimeInputs}:$PATH\""}
      ${text}
    '';
  writers = {
    writeBash = writeShellScript;
    writeDash = writeShellScript;
    writeBashBin = writeShellScriptBin;
  };

  symlinkJoin = { name, paths, ... }: join name paths;
  buildEnv = { name, paths, ... }: join name paths;
  mkShell = attrs: unbuilt ({ name = "shell"; } // attrs);
  mkShellNoCC = mkShell;
  runCommand = name: attrs: _: unbuilt (attrs // { inherit name; });
  runCommandCC = runCommand;
  runCommandLocal = runCommand;

  # Sources are never fetched: what is built from them is not built here.
  fetchurl = args: unbuilt { name = args.name or "source"; };
  fetchzip = fetchurl;
  fetchgit = fetchurl;
  fetchpatch = fetchurl;
  fetchpatch2 = fetchurl;
  fetchFromGitHub = fetchurl;
  fetchFromGitLab = fetchurl;
  fetchFromGitea = fetchurl;
  fetchFromSourcehut = fetchurl;

  formats = import ./formats.nix { inherit lib writeText; };

  dockerTools = throw "stand-in: no dockerTools";
  testers.runNixOSTest =
    test:
    import ../nixos/lib/testing.nix {
      inherit lib test;
      pkgs = final;
    };
  # Older names of it.
  testers.nixosTest = testers.runNixOSTest;
}
