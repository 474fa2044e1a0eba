# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  lines = mkOption {
    type = types.lines;
    default = "";
  };
  paths =
    default:
    mkOption {
      type = types.listOf types.str;
      inherit default;
    };
  variables = mkOption {
    type = types.lazyAttrsOf (
      types.coercedTo (types.listOf (types.oneOf [ types.int types.str types.path ])) (lib.concatMapStringsSep ":" toString) (
        types.nullOr (types.oneOf [ types.int types.str types.path ])
      )
    );
    default = { };
  };
  packages =
    default:
    mkOption {
      type = types.listOf types.package;
      inherit default;
    };
in
{
  options.environment = {
    systemPackages = packages [ ];
    corePackages = packages (
      with pkgs;
      [
        acl
        attr
        bashInteractive
        bzip2
        coreutils-full
        cpio
        curl
        diffutils
        findutils
        gawk
        getent
        getconf
        gnugrep
        gnupatch
        gnused
        gnutar
        gzip
        xz
        less
        libcap
        ncurses
        netcat
        mkpasswd
        procps
        su
        time
        util-linux
        which
        zstd
      ]
    );
    defaultPackages = packages (
      with pkgs;
      [
        perl
        rsync
        strace
      ]
    );
    pathsToLink = paths [ ];
    extraOutputsToInstall = paths [ ];
    inherit variables;
    sessionVariables = variables;
    shellAliases = mkOption {
      type = types.attrsOf (types.nullOr (types.either types.str types.path));
      default = { };
    };
    shellInit = lines;
    loginShellInit = lines;
    interactiveShellInit = lines;
    extraInit = lines;
    stub-ld.enable = mkOption {
      type = types.bool;
      default = true;
    };
    etc = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule (
          { name, config, ... }:
          {
            options = {
              enable = mkOption {
                type = types.bool;
                default = true;
              };
              target = mkOption {
                type = types.str;
                default = name;
              };
              text = mkOption {
                type = types.nullOr types.lines;
                default = null;
              };
              source = mkOption {
                type = types.nullOr types.path;
                default = null;
              };
              mode = mkOption {
                type = types.str;
                default = "symlink";
              };
              uid = mkOption {
                type = types.int;
                default = 0;
              };
              gid = mkOption {
                type = types.int;
                default = 0;
              };
              user = mkOption {
                type = types.str;
                default = "+${toString config.uid}";
              };
              group = mkOption {
                type = types.str;
                default = "+${toString config.gid}";
              };
            };
          }
        )
      );
    };
  };

  config.environment.systemPackages =
    config.environment.corePackages
    ++ config.environment.defaultPackages
    ++ lib.optional config.services.openssh.enable pkgs.openssh
    ++ lib.optional config.security.sudo.enable pkgs.sudo
    # What NixOS's modules for the boot, the network and the accounts install.
    ++ (with pkgs; [
      dbus
      hostname-debian
      iproute2
      iputils
      kmod
      shadow
      systemd
    ]);
  config.assertions = lib.mapAttrsToList (name: entry: {
    assertion = !entry.enable || entry.text != null || entry.source != null;
    message = "environment.etc.${builtins.toJSON name} has neither text nor source.";
  }) config.environment.etc;
}
