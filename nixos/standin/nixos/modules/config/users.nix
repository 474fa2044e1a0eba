# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, utils, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.users;
  nullable =
    type:
    mkOption {
      type = types.nullOr type;
      default = null;
    };
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };

  user =
    { name, config, ... }:
    {
      options = {
        enable = flag true;
        name = mkOption {
          type = types.passwdEntry types.str;
          default = name;
        };
        description = mkOption {
          type = types.passwdEntry types.str;
          default = "";
        };
        uid = nullable types.int;
        isNormalUser = flag false;
        isSystemUser = flag false;
        group = mkOption {
          type = types.str;
          default = "";
        };
        extraGroups = mkOption {
          type = types.listOf types.str;
          default = [ ];
        };
        home = mkOption {
          type = types.passwdEntry types.path;
          default = "/var/empty";
        };
        homeMode = mkOption {
          type = types.strMatching "[0-7]{1,5}";
          default = "700";
        };
        createHome = flag false;
        useDefaultShell = flag false;
        shell = mkOption {
          type = types.nullOr (types.either types.shellPackage (types.passwdEntry types.path));
          default = pkgs.shadow;
        };
        ignoreShellProgramCheck = flag false;
        hashedPassword = nullable (types.passwdEntry types.str);
        hashedPasswordFile = nullable types.str;
        initialHashedPassword = nullable (types.passwdEntry types.str);
        password = nullable types.str;
        initialPassword = nullable types.str;
        packages = mkOption {
          type = types.listOf types.package;
          default = [ ];
        };
        linger = mkOption {
          type = types.nullOr types.bool;
          default = false;
        };
        expires = nullable types.str;
        autoSubUidGidRange = flag false;
        openssh.authorizedKeys.keys = mkOption {
          type = types.listOf types.singleLineStr;
          default = [ ];
        };
        openssh.authorizedKeys.keyFiles = mkOption {
          type = types.listOf types.path;
          default = [ ];
        };
      };
      config = lib.mkMerge [
        (lib.mkIf config.isNormalUser {
          group = lib.mkDefault "users";
          createHome = lib.mkDefault true;
          home = lib.mkDefault "/home/${config.name}";
          useDefaultShell = lib.mkDefault true;
        })
        (lib.mkIf config.useDefaultShell { shell = lib.mkDefault cfg.defaultUserShell; })
      ];
    };

  group =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.passwdEntry types.str;
          default = name;
        };
        gid = nullable types.int;
        members = mkOption {
          type = types.listOf (types.passwdEntry types.str);
          default = [ ];
        };
      };
    };

  users = lib.filterAttrs (_: u: u.enable) cfg.users;
  hasKeys = u: u.openssh.authorizedKeys.keys != [ ] || u.openssh.authorizedKeys.keyFiles != [ ];
  hasPassword =
    u:
    (u.hashedPassword != null && builtins.match "[!*].*" u.hashedPassword == null)
    || u.hashedPasswordFile != null
    || u.password != null
    || u.initialPassword != null
    || u.initialHashedPassword != null;
  duplicates =
    ids:
    let
      groups = builtins.groupBy (x: toString x.id) (builtins.filter (x: x.id != null) ids);
    in
    lib.filterAttrs (_: xs: lib.length xs > 1) groups;
  sameIds =
    what: ids:
    lib.mapAttrsToList (id: xs: {
      assertion = false;
      message = "${what} ${id} is used by ${lib.concatMapStringsSep " and " (x: x.name) xs}.";
    }) (duplicates ids);
in
{
  options.users = {
    mutableUsers = flag true;
    allowNoPasswordLogin = flag false;
    enforceIdUniqueness = flag true;
    defaultUserShell = mkOption {
      type = types.either types.path types.shellPackage;
      default = pkgs.bashInteractive;
    };
    motd = mkOption {
      type = types.nullOr types.lines;
      default = null;
    };
    users = mkOption {
      type = types.attrsOf (types.submodule user);
      default = { };
    };
    groups = mkOption {
      type = types.attrsOf (types.submodule group);
      default = { };
    };
  };

  config = {
    users.users.root = {
      uid = 0;
      description = "System administrator";
      home = "/root";
      shell = lib.mkDefault cfg.defaultUserShell;
      group = "root";
      isSystemUser = lib.mkDefault true;
    };
    users.users.nobody = {
      uid = 65534;
      isSystemUser = true;
      description = "Unprivileged account (don't use!)";
      group = "nogroup";
    };
    # The numbers are NixOS's.
    users.groups = lib.mapAttrs (_: gid: { inherit gid; }) {
      root = 0;
      wheel = 1;
      kmem = 2;
      tty = 3;
      disk = 6;
      audio = 17;
      uucp = 14;
      lp = 20;
      cdrom = 24;
      tape = 25;
      video = 26;
      dialout = 27;
      floppy = 18;
      utmp = 29;
      adm = 55;
      systemd-journal = 62;
      users = 100;
      kvm = 302;
      render = 303;
      sgx = 304;
      input = 174;
      shadow = 318;
      nogroup = 65534;
    };
    environment.systemPackages = builtins.concatLists (lib.mapAttrsToList (_: u: u.packages) users);
    environment.etc.motd = lib.mkIf (cfg.motd != null) { text = cfg.motd; };

    assertions =
      lib.optionals cfg.enforceIdUniqueness (
        sameIds "uid" (lib.mapAttrsToList (_: u: { id = u.uid; inherit (u) name; }) users)
        ++ sameIds "gid" (lib.mapAttrsToList (_: g: { id = g.gid; inherit (g) name; }) cfg.groups)
      )
      ++ builtins.concatLists (
        lib.mapAttrsToList (name: u: [
          {
            assertion = lib.xor u.isNormalUser u.isSystemUser;
            message = "users.users.${name}: set exactly one of isNormalUser and isSystemUser.";
          }
          {
            assertion = u.group != "";
            message = "users.users.${name}.group is unset.";
          }
          {
            assertion = u.group == "" || cfg.groups ? ${u.group};
            message = "users.users.${name}.group is '${u.group}', which users.groups does not have.";
          }
        ]) users
      )
      ++ [
        {
          assertion =
            cfg.mutableUsers
            || cfg.allowNoPasswordLogin
            || builtins.any (u: (u.name == "root" || builtins.elem "wheel" u.extraGroups) && (hasKeys u || hasPassword u)) (
              builtins.attrValues users
            );
          message = "Neither root nor a user in group wheel has a password or an SSH key: nobody could log in. Add a key, or set users.allowNoPasswordLogin.";
        }
      ];
  };
}
