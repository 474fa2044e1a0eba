# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  option =
    type: default:
    mkOption {
      inherit type default;
    };
  pg = config.services.postgresql;
  my = config.services.mysql;
in
{
  options.services.postgresql = {
    enable = lib.mkEnableOption "PostgreSQL";
    package = option types.package pkgs.postgresql;
    finalPackage = option types.package pg.package;
    dataDir = option types.path "/var/lib/postgresql/${pg.package.psqlSchema}";
    enableTCPIP = option types.bool false;
    authentication = option types.lines "";
    identMap = option types.lines "";
    initdbArgs = option (types.listOf types.str) [ ];
    initialScript = option (types.nullOr types.path) null;
    ensureDatabases = option (types.listOf types.str) [ ];
    ensureUsers = mkOption {
      default = [ ];
      type = types.listOf (
        types.submodule {
          options = {
            name = mkOption { type = types.str; };
            ensureDBOwnership = option types.bool false;
            ensureClauses = option (types.attrsOf (types.nullOr types.bool)) { };
          };
        }
      );
    };
    settings = mkOption {
      default = { };
      type = types.submodule {
        freeformType = types.attrsOf (types.oneOf [ types.bool types.float types.int types.str ]);
        options.port = option types.port 5432;
        options.shared_preload_libraries = option (types.nullOr (types.coercedTo (types.listOf types.str) (lib.concatStringsSep ",") types.commas)) null;
      };
    };
  };
  options.services.mysql = {
    enable = lib.mkEnableOption "the MySQL server";
    package = mkOption { type = types.package; };
    user = option types.str "mysql";
    group = option types.str "mysql";
    dataDir = option types.path "/var/lib/mysql";
    configFile = option (types.nullOr types.path) null;
    initialScript = option (types.nullOr types.path) null;
    initialDatabases = option (types.listOf types.attrs) [ ];
    ensureDatabases = option (types.listOf types.str) [ ];
    ensureUsers = mkOption {
      default = [ ];
      type = types.listOf (
        types.submodule {
          options.name = mkOption { type = types.str; };
          options.ensurePermissions = option (types.attrsOf types.str) { };
        }
      );
    };
    settings = option (types.attrsOf (types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ])))) { };
  };

  config = lib.mkMerge [
    (lib.mkIf pg.enable {
      environment.systemPackages = [ pg.package ];
      users.users.postgres = {
        uid = 71;
        group = "postgres";
        isSystemUser = true;
        description = "PostgreSQL server user";
        home = "/var/lib/postgresql";
        useDefaultShell = true;
      };
      users.groups.postgres.gid = 71;
    })
    (lib.mkIf my.enable {
      environment.systemPackages = [ my.package ];
      users.users.mysql = {
        uid = 84;
        inherit (my) group;
        isSystemUser = true;
        description = "MySQL server user";
      };
      users.groups.mysql.gid = 84;
    })
    {
      standin.unsupported =
        lib.optional (my.configFile != null) "services.mysql.configFile"
        ++ lib.optional (my.initialDatabases != [ ]) "services.mysql.initialDatabases"
        ++ lib.optional (my.initialScript != null) "services.mysql.initialScript";
    }
  ];
}
