# SPDX-License-Identifier: GPL-2.0-or-later
# Units as text. A service without a command of its own extends one that the guest has: a drop-in.
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.systemd;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  string =
    default:
    mkOption {
      type = types.str;
      inherit default;
    };
  lines = mkOption {
    type = types.lines;
    default = "";
  };
  atom = types.nullOr (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
      types.path
      types.package
    ]
  );
  section = mkOption {
    type = types.attrsOf (types.either atom (types.listOf atom)) // {
      # Lists of several modules join, one value on each side must agree.
      merge =
        loc: defs:
        lib.mapAttrs (_: m: m.value) (
          lib.zipAttrsWith (
            name: values:
            lib.mergeDefinitions (loc ++ [ name ]) (types.either atom (types.listOf atom)) values
          ) (map (def: lib.mapAttrs (_: value: { inherit (def) file; inherit value; }) def.value) defs)
        );
    };
    default = { };
  };

  common = {
    enable = flag true;
    overrideStrategy = mkOption {
      type = types.enum [ "asDropinIfExists" "asDropin" ];
      default = "asDropinIfExists";
    };
    description = string "";
    documentation = strings;
    wantedBy = strings;
    requiredBy = strings;
    aliases = strings;
    after = strings;
    before = strings;
    wants = strings;
    requires = strings;
    requisite = strings;
    bindsTo = strings;
    partOf = strings;
    conflicts = strings;
    onFailure = strings;
    onSuccess = strings;
    upheldBy = strings;
    unitConfig = section;
    startLimitBurst = mkOption {
      type = types.nullOr types.int;
      default = null;
    };
    startLimitIntervalSec = mkOption {
      type = types.nullOr types.int;
      default = null;
    };
    restartTriggers = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
    };
    reloadTriggers = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
    };
    stopIfChanged = flag true;
    restartIfChanged = flag true;
    reloadIfChanged = flag false;
    stopOnRemoval = flag true;
  };
  service = {
    serviceConfig = section;
    environment = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.int types.str types.path types.package ]));
      default = { };
    };
    path = mkOption {
      type = types.listOf (types.oneOf [ types.package types.str ]);
      default = [ ];
    };
    enableDefaultPath = flag true;
    script = lines;
    scriptArgs = string "";
    preStart = lines;
    postStart = lines;
    preStop = lines;
    postStop = lines;
    reload = lines;
    startAt = mkOption {
      type = types.coercedTo types.str lib.singleton (types.listOf types.str);
      default = [ ];
    };
  };
  kinds = {
    services = {
      suffix = "service";
      own = "serviceConfig";
      title = "Service";
      options = service;
    };
    sockets = {
      suffix = "socket";
      own = "socketConfig";
      title = "Socket";
      options.listenStreams = strings;
      options.listenDatagrams = strings;
    };
    timers = {
      suffix = "timer";
      own = "timerConfig";
      title = "Timer";
      options = { };
    };
    paths = {
      suffix = "path";
      own = "pathConfig";
      title = "Path";
      options = { };
    };
    slices = {
      suffix = "slice";
      own = "sliceConfig";
      title = "Slice";
      options = { };
    };
    targets = {
      suffix = "target";
      own = null;
      options = { };
    };
  };
  mountOptions = {
    what = mkOption { type = types.str; };
    where = mkOption { type = types.str; };
    type = string "";
    options = string "";
    mountConfig = section;
  };

  text = v: if builtins.isBool v then lib.boolToString v else toString v;
  keys =
    set:
    lib.concatStrings (
      lib.mapAttrsToList (k: v: lib.concatMapStrings (x: lib.optionalString (x != null) "${k}=${text x}\n") (lib.toList v)) set
    );
  section' = title: set: lib.optionalString (set != { }) "[${title}]\n${keys set}\n";
  unitSection =
    u:
    lib.filterAttrs (_: v: v != [ ] && v != "" && v != null) {
      Description = u.description;
      Documentation = toString u.documentation;
      After = toString u.after;
      Before = toString u.before;
      Wants = toString u.wants;
      Requires = toString u.requires;
      Requisite = toString u.requisite;
      BindsTo = toString u.bindsTo;
      PartOf = toString u.partOf;
      Conflicts = toString u.conflicts;
      OnFailure = toString u.onFailure;
      OnSuccess = toString u.onSuccess;
      StartLimitBurst = u.startLimitBurst;
      StartLimitIntervalSec = u.startLimitIntervalSec;
    }
    // u.unitConfig;

  # Scripts of a service become programs in the store, as NixOS makes them.
  serviceSection =
    name: s:
    let
      path = lib.optionals s.enableDefaultPath (
        with pkgs;
        [
          coreutils
          findutils
          gnugrep
          gnused
          systemd
        ]
      );
      all = s.path ++ path;
      environment = cfg.globalEnvironment // s.environment // lib.optionalAttrs (ownCommand s && all != [ ]) {
        PATH = "${lib.makeBinPath all}:${lib.makeSearchPath "sbin" all}";
      };
      program = suffix: body: pkgs.writeShellScript "unit-script-${lib.strings.sanitizeDerivationName name}-${suffix}" "set -e\n${body}";
      scripted = lib.filterAttrs (_: v: v != null) {
        ExecStartPre = if s.preStart == "" then null else [ (program "pre-start" s.preStart) ];
        ExecStart = if s.script == "" then null else [ "${program "start" s.script} ${s.scriptArgs}" ];
        ExecStartPost = if s.postStart == "" then null else [ (program "post-start" s.postStart) ];
        ExecReload = if s.reload == "" then null else [ (program "reload" s.reload) ];
        ExecStop = if s.preStop == "" then null else [ (program "pre-stop" s.preStop) ];
        ExecStopPost = if s.postStop == "" then null else [ (program "post-stop" s.postStop) ];
      };
      both = lib.zipAttrsWith (_: values: if lib.length values == 1 then lib.head values else builtins.concatMap lib.toList values) [
        scripted
        s.serviceConfig
      ];
    in
    both
    // lib.optionalAttrs (environment != { }) {
      Environment = lib.mapAttrsToList (k: v: builtins.toJSON "${k}=${toString v}") (
        lib.filterAttrs (_: v: v != null) environment
      );
    };
  ownCommand = s: s.script != "" || s.serviceConfig ? ExecStart || s.serviceConfig ? ExecStop;
  replacesCommand = s: s.serviceConfig ? ExecStart && lib.head (lib.toList s.serviceConfig.ExecStart) == "";

  unit = name: body: u: dropin: {
    inherit name dropin;
    inherit (u)
      enable
      wantedBy
      requiredBy
      aliases
      ;
    text = section' "Unit" (unitSection u) + body;
  };
  ownUnits = builtins.concatLists (
    lib.mapAttrsToList (
      kind: k:
      lib.mapAttrsToList (
        name: u:
        let
          own = lib.optionalAttrs (k.own != null) u.${k.own};
          body =
            if kind == "services" then
              serviceSection name u
            else if kind == "sockets" then
              own
              // lib.optionalAttrs (u.listenStreams != [ ]) { ListenStream = u.listenStreams; }
              // lib.optionalAttrs (u.listenDatagrams != [ ]) { ListenDatagram = u.listenDatagrams; }
            else
              own;
        in
        unit "${name}.${k.suffix}" (lib.optionalString (k.own != null) (section' k.title body)) u (
          u.overrideStrategy == "asDropin" || (kind == "services" && (!ownCommand u || replacesCommand u))
        )
      ) cfg.${kind}
    ) kinds
  );
  mountUnits = map (
    m:
    unit "${lib.strings.escapeSystemdPath m.where}.mount" (section' "Mount" (
      {
        What = m.what;
        Where = m.where;
      }
      // lib.optionalAttrs (m.type != "") { Type = m.type; }
      // lib.optionalAttrs (m.options != "") { Options = m.options; }
      // m.mountConfig
    )) m false
  ) cfg.mounts;
  timersOfServices = lib.filterAttrs (_: s: s.startAt != [ ]) cfg.services;
in
{
  options.systemd =
    lib.mapAttrs (
      _: k:
      mkOption {
        default = { };
        type = types.attrsOf (
          types.submodule {
            options = common // k.options // lib.optionalAttrs (k.own != null) { ${k.own} = section; };
          }
        );
      }
    ) kinds
    // {
      mounts = mkOption {
        default = [ ];
        type = types.listOf (types.submodule { options = common // mountOptions; });
      };
      packages = mkOption {
        type = types.listOf types.package;
        default = [ ];
      };
      globalEnvironment = mkOption {
        type = types.attrsOf (types.nullOr (types.oneOf [ types.str types.path types.package ]));
        default = { };
      };
      tmpfiles.rules = strings;
      tmpfiles.settings = mkOption {
        default = { };
        type = types.attrsOf (types.attrsOf (types.attrsOf (types.submodule {
          options = {
            user = string "-";
            group = string "-";
            mode = string "-";
            age = string "-";
            argument = string "";
          };
        })));
      };
      settings.Manager = section;
      coredump.enable = flag true;
      oomd.enable = flag true;
      enableEmergencyMode = flag true;
      units = mkOption {
        internal = true;
        type = types.listOf types.raw;
        readOnly = true;
        default = ownUnits ++ mountUnits;
        description = "Every unit as nixos/standin/README.md describes it.";
      };
    };

  config = {
    systemd.timers = lib.mapAttrs (_: s: {
      wantedBy = [ "timers.target" ];
      timerConfig.OnCalendar = s.startAt;
    }) timersOfServices;
    systemd.tmpfiles.rules = builtins.concatLists (
      builtins.concatLists (
        builtins.concatLists (
          lib.mapAttrsToList (
            _: paths:
            lib.mapAttrsToList (
              path: kinds':
              lib.mapAttrsToList (kind: e: [ "${kind} ${path} ${e.mode} ${e.user} ${e.group} ${e.age} ${e.argument}" ]) kinds'
            ) paths
          ) cfg.tmpfiles.settings
        )
      )
    );
    environment.etc."systemd/system.conf.d/nixos.conf" = lib.mkIf (cfg.settings.Manager != { }) {
      text = section' "Manager" cfg.settings.Manager;
    };
  };
}
