# SPDX-License-Identifier: GPL-2.0-or-later
# The evaluated configuration as plain data: config.system.build.standinSpec, documented in README.md.
{ config, lib, pkgs, utils, ... }:
let
  unknown = lib.filter (p: !(p ? standin)) config.environment.systemPackages;
  record = p: removeAttrs p.standin [ "marker" ];
  # Sorted by attribute, each once.
  records =
    list:
    let
      byAttr = lib.listToAttrs (map (r: lib.nameValuePair r.attr r) list);
    in
    builtins.attrValues byAttr;
  onPath =
    if unknown != [ ] then
      throw "environment.systemPackages contains a derivation that the stand-in's package set does not know: ${toString (map (p: p.name or "?") unknown)}"
    else
      map record config.environment.systemPackages;

  # String context tells which packages and store files the configuration refers to (pkgs/package.nix,
  # pkgs/builders.nix): both leave a marker file in it, whose name says what it stands for.
  context = builtins.attrNames (builtins.getContext (builtins.toJSON data));
  # [ { path; name; } ] of the markers of a kind.
  markers =
    kind:
    builtins.concatMap (
      path:
      let
        name = builtins.match "${lib.escapeRegex builtins.storeDir}/.{32}-standin-${kind}-(.*)" path;
      in
      lib.optional (name != null) {
        inherit path;
        name = builtins.head name;
      }
    ) context;
  referredPackages = map (
    marker:
    let
      attr = lib.removeSuffix ".json" marker.name;
      found = lib.attrByPath (lib.splitString "." attr) null pkgs;
    in
    # A package of the set answers for itself; one made on the way wrote its record into the marker.
    if found ? standin && builtins.unsafeDiscardStringContext (found.standin.marker or "") == marker.path then
      record found
    else
      builtins.fromJSON (builtins.readFile (builtins.appendContext marker.path { ${marker.path}.path = true; }))
  ) (markers "package");
  # Made by a builder, or copied from a file of the configuration ("${./file}").
  referredFiles =
    map (marker: "${builtins.storeDir}/${marker.name}") (markers "file")
    ++ builtins.filter (
      path: !lib.hasSuffix ".drv" path && builtins.match "${lib.escapeRegex builtins.storeDir}/.{32}-standin-(package|file)-.*" path == null
    ) context;

  plain =
    v:
    if builtins.isBool v then
      lib.boolToYesNo v
    else if builtins.isList v then
      toString v
    else
      toString v;
  scalars = lib.mapAttrs (_: toString);
  keysOf =
    u:
    u.openssh.authorizedKeys.keys
    ++ builtins.concatMap (file: builtins.filter (l: l != "" && !lib.hasPrefix "#" l) (lib.splitString "\n" (builtins.readFile file))) u.openssh.authorizedKeys.keyFiles;
  pg = config.services.postgresql;
  my = config.services.mysql;
  hash = u: if u.hashedPassword != null then u.hashedPassword else u.initialHashedPassword;
  consoles = builtins.filter (x: x != null) (
    map (
      p:
      let
        m = builtins.match "console=(ttyS[0-9]+|ttyAMA[0-9]+|hvc[0-9]+).*" p;
      in
      if m == null then null else builtins.head m
    ) config.boot.kernelParams
  );

  data = {
    schema = 1;
    systemName = config.system.name;
    inherit (config.system) stateVersion;
    inherit (config.system.nixos) release;
    platform = pkgs.system;
    unsupported = lib.unique config.standin.unsupported;

    inherit (config.networking) hostName;
    dhcpHostName = config.networking.hostName == "" && config.security.polkit.enable;
    network = {
      networkd = config.networking.useNetworkd;
      dhcp = config.networking.useDHCP;
      waitOnline = config.systemd.network.wait-online.enable;
      inherit (config.networking) nameservers;
    };
    inherit (config.time) timeZone;
    locale = config.i18n.defaultLocale;

    inherit (config.boot) kernelParams kernelModules blacklistedKernelModules growPartition;
    initrdModules = lib.unique (config.boot.initrd.availableKernelModules ++ config.boot.initrd.kernelModules);
    modprobeConfig = config.boot.extraModprobeConfig;
    sysctl = lib.mapAttrs (_: plainSysctl) (lib.filterAttrs (_: v: v != null) config.boot.kernel.sysctl);
    loaderTimeout = if config.boot.loader.timeout == null then -1 else config.boot.loader.timeout;
    grubDevice = config.boot.loader.grub.device;

    users = lib.mapAttrsToList (_: u: {
      inherit (u)
        name
        uid
        group
        home
        createHome
        isNormalUser
        extraGroups
        description
        ;
      shell = utils.toShellPath u.shell;
      authorizedKeys = keysOf u;
      hashedPassword = hash u;
      password = if u.password != null then u.password else u.initialPassword;
    }) (lib.filterAttrs (_: u: u.enable) config.users.users);
    groups = lib.mapAttrsToList (_: g: { inherit (g) name gid members; }) config.users.groups;
    sudo = { inherit (config.security.sudo) enable wheelNeedsPassword extraConfig; };
    polkit = config.security.polkit.enable;
    firewall = config.networking.firewall.enable;

    sshd = {
      inherit (config.services.openssh) enable ports extraConfig;
      sftp = config.services.openssh.allowSFTP;
      settings = lib.mapAttrs (_: plain) (lib.filterAttrs (_: v: v != null) config.services.openssh.settings);
    };
    serialGetty = lib.unique consoles;
    qemuGuest = config.services.qemuGuest.enable;
    lvm = config.services.lvm.enable;
    timesyncd = config.services.timesyncd.enable;
    rpcbind = config.services.rpcbind.enable;
    nfsServer = { inherit (config.services.nfs.server) enable exports; };
    postgresql = {
      inherit (pg)
        enable
        dataDir
        enableTCPIP
        authentication
        identMap
        initdbArgs
        ensureDatabases
        ensureUsers
        ;
      initialScript = if pg.initialScript == null then null else "${pg.initialScript}";
      inherit (pg.settings) port;
      package = pg.package.standin.attr;
      settings = lib.mapAttrs (_: v: if builtins.isBool v then lib.boolToString v else toString v) (
        lib.filterAttrs (_: v: v != null) pg.settings
      );
    };
    mysql = {
      inherit (my) enable dataDir ensureDatabases ensureUsers;
      package = if my.enable then my.package.standin.attr else null;
      settings = lib.mapAttrs (_: lib.mapAttrs (_: v: if builtins.isList v then toString v else plainSysctl v)) my.settings;
    };

    packages = records onPath;
    units = builtins.sort (a: b: a.name < b.name) config.systemd.units;
    etc = map (e: {
      path = e.target;
      inherit (e) mode;
      text = if e.source == null then e.text else null;
      source = if e.source == null then null else "${e.source}";
    }) (builtins.filter (e: e.enable) (builtins.attrValues config.environment.etc));
    tmpfiles = config.systemd.tmpfiles.rules;
    fileSystems = map (fs: {
      inherit (fs)
        mountPoint
        device
        fsType
        options
        autoResize
        autoFormat
        neededForBoot
        noCheck
        ;
    }) (lib.sortOn (fs: fs.mountPoint) (builtins.filter (fs: fs.enable) (builtins.attrValues config.fileSystems)));
    swap = map (s: s.device) config.swapDevices;
    environment = {
      variables = scalars (lib.filterAttrs (_: v: v != null) config.environment.variables);
      sessionVariables = scalars (lib.filterAttrs (_: v: v != null) config.environment.sessionVariables);
      shellAliases = scalars (lib.filterAttrs (_: v: v != null) config.environment.shellAliases);
      inherit (config.environment) shellInit loginShellInit interactiveShellInit extraInit;
    };
    systemdPackages = records (map record config.systemd.packages);
    nix = { inherit (config.nix) enable; };
    documentation = config.documentation.enable && config.documentation.man.enable;
  };
  plainSysctl = v: if v == true then "1" else if v == false then "0" else toString v;
in
{
  config.system.build.standinSpec = data // {
    storePackages = records referredPackages;
    # The context of the texts makes these inputs of whatever is built from the specification.
    storePaths = lib.unique referredFiles;
  };
}
