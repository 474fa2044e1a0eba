# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel that Nix puts into a system. `boot.kernelPackages` in the user's own configuration wins.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.nixos-flake.kernel;
  trees = import ../lib/kernel.nix { inherit lib; };

  flavor = if cfg.flavor == null && (cfg.ccache || cfg.fragments != [ ]) then "latest" else cfg.flavor;

  symbols = trees.readFragments cfg.fragments;
  # LOCALVERSION becomes part of the release, which a build of nixpkgs must know beforehand.
  localVersion = symbols.LOCALVERSION.value or "";
  release = trees.readRelease cfg.source;

  base =
    {
      default = pkgs.linuxPackages.kernel;
      latest = pkgs.linuxPackages_latest.kernel;
      testing = pkgs.linuxPackages_testing.kernel;
      series =
        (pkgs."linuxPackages_${cfg.series}"
          or (throw "nixos-flake.kernel.series: nixpkgs has no linuxPackages_${cfg.series}")
        ).kernel;
      source = pkgs.buildLinux (
        {
          version = release;
          modDirVersion = release + localVersion;
          src = cfg.source;
          # nixpkgs's settings are those of released kernels; a tree under development renames and
          # drops symbols. What the fragments ask for is checked below.
          ignoreConfigErrors = true;
        }
        // lib.optionalAttrs (!cfg.allModules) {
          autoModules = false;
          defconfig = "defconfig kvm_guest.config";
        }
      );
    }
    .${flavor};

  named =
    if localVersion == "" || flavor == "source" then
      base
    else
      base.override { argsOverride.modDirVersion = base.modDirVersion + localVersion; };

  cached = if cfg.ccache then named.override { stdenv = ccacheStdenv; } else named;

  # nixpkgs gives every derivation another -frandom-seed, and a compiler from the store always has the
  # same time stamp: without these settings nothing would ever be found, or the wrong thing.
  ccacheStdenv = pkgs.ccacheStdenv.override {
    extraConfig = ''
      export CCACHE_DIR=${lib.escapeShellArg cfg.ccacheDirectory}
      export CCACHE_UMASK=007
      export CCACHE_SLOPPINESS=random_seed
      export CCACHE_COMPILERCHECK=string:${pkgs.stdenv.cc.cc}
      export CCACHE_BASEDIR="$NIX_BUILD_TOP"
      export CCACHE_NOHASHDIR=1
    '';
  };

  wanted = pkgs.writeText "kernel-fragments" (
    lib.concatStrings (lib.mapAttrsToList (_: symbol: symbol.line + "\n") symbols)
  );
  kernel = cached.overrideAttrs (
    old:
    lib.optionalAttrs (symbols != { }) {
      postConfigure = (old.postConfigure or "") + ''
        bash ${../lib/check-kernel-config} ${wanted} "$buildRoot/.config"
      '';
    }
    // lib.optionalAttrs cfg.ccache {
      preConfigure = (old.preConfigure or "") + ''
        [ -w ${lib.escapeShellArg cfg.ccacheDirectory} ] || {
          echo "ccache: ${cfg.ccacheDirectory} is not there or not writable in this build." >&2
          echo "On the host: install -d -m 0770 -g nixbld ${cfg.ccacheDirectory}" >&2
          echo "and in nix.conf: extra-sandbox-paths = ${cfg.ccacheDirectory}" >&2
          exit 1
        }
      '';
    }
  );

  structured =
    { value, ... }:
    # Stronger than what nixpkgs itself forces.
    lib.mkOverride 10 (
      {
        y = lib.kernel.yes;
        m = lib.kernel.module;
        n = lib.kernel.no;
      }
      .${value} or (lib.kernel.freeform value)
    );
in
{
  options.nixos-flake.kernel = {
    flavor = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.enum [
          "default"
          "latest"
          "testing"
          "series"
          "source"
        ]
      );
      default = null;
      description = ''
        The kernel: nixpkgs's default one, its latest stable one, its release candidate, one of its
        series, or one built from a tree. null leaves the choice to the backend.
      '';
    };
    series = lib.mkOption {
      type = lib.types.str;
      default = "";
      example = "6_12";
      description = "With flavor `series`: the part of a name of nixpkgs's behind `linuxPackages_`.";
    };
    source = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      example = lib.literalExpression "inputs.linux";
      description = ''
        With flavor `source`: a Linux tree. A source path, such as an input of a flake: its version is
        read while evaluating.
      '';
    };
    fragments = lib.mkOption {
      type = lib.types.listOf lib.types.path;
      default = [ ];
      example = lib.literalExpression "[ ./debug.config ]";
      description = ''
        Configuration fragments that go on top of nixpkgs's configuration, for any flavor. The build
        fails if the tree does not take one of their lines.
      '';
    };
    allModules = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = ''
        With flavor `source`: build every driver that nixpkgs builds. Without, the tree's defconfig and
        kvm_guest.config, what NixOS needs, and the fragments: a build of minutes, for virtual machines.
      '';
    };
    ccache = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = ''
        Compile with ccache. The builder must let builds into {option}`nixos-flake.kernel.ccacheDirectory`
        (`extra-sandbox-paths` in nix.conf).
      '';
    };
    ccacheDirectory = lib.mkOption {
      type = lib.types.str;
      default = "/var/cache/ccache";
      description = "Where the host that builds keeps the compiler's cache; writable for the group nixbld.";
    };
  };

  config = {
    assertions = [
      {
        assertion = cfg.flavor == "source" -> cfg.source != null;
        message = "nixos-flake.kernel.source: flavor \"source\" needs a Linux tree here.";
      }
      {
        assertion = cfg.flavor == "series" -> cfg.series != "";
        message = "nixos-flake.kernel.series: flavor \"series\" needs a name here, such as \"6_12\".";
      }
    ];
    # Between a backend's default and what a user writes.
    boot.kernelPackages = lib.mkIf (flavor != null) (lib.mkOverride 900 (pkgs.linuxPackagesFor kernel));
    boot.kernelPatches = lib.mkIf (symbols != { }) [
      {
        name = "fragments";
        patch = null;
        structuredExtraConfig = lib.mapAttrs (_: structured) symbols;
      }
    ];
    # An own tree may have built in, or left out, what NixOS would load early.
    boot.initrd.allowMissingModules = lib.mkIf (flavor == "source") (lib.mkDefault true);
  };
}
