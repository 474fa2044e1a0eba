# SPDX-License-Identifier: GPL-2.0-or-later
# systemd.network: .network, .netdev and .link files below /etc/systemd/network.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.systemd.network;
  atom = types.oneOf [
    types.bool
    types.int
    types.str
  ];
  section = mkOption {
    type = types.attrsOf (types.either atom (types.listOf atom));
    default = { };
  };
  # Option name -> section name of the file.
  file =
    sections: extra:
    types.submodule {
      options = lib.mapAttrs (_: _: section) sections // extra // {
        enable = mkOption {
          type = types.bool;
          default = true;
        };
        extraConfig = mkOption {
          type = types.lines;
          default = "";
        };
      };
    };
  files =
    sections: extra:
    mkOption {
      type = types.attrsOf (file sections extra);
      default = { };
    };
  networkSections = {
    matchConfig = "Match";
    linkConfig = "Link";
    networkConfig = "Network";
    dhcpV4Config = "DHCPv4";
    dhcpV6Config = "DHCPv6";
    ipv6AcceptRAConfig = "IPv6AcceptRA";
  };
  netdevSections = {
    netdevConfig = "NetDev";
    vlanConfig = "VLAN";
  };
  linkSections = {
    matchConfig = "Match";
    linkConfig = "Link";
  };
  text = v: if builtins.isBool v then lib.boolToYesNo v else toString v;
  render =
    sections: f:
    lib.concatStrings (
      lib.mapAttrsToList (
        option: name:
        lib.optionalString (f.${option} != { }) (
          "[${name}]\n"
          + lib.concatStrings (
            lib.mapAttrsToList (k: v: lib.concatMapStrings (x: "${k}=${text x}\n") (lib.toList v)) f.${option}
          )
          + "\n"
        )
      ) sections
    )
    + f.extraConfig;
  etc =
    suffix: sections: set:
    lib.mapAttrs' (name: f: lib.nameValuePair "systemd/network/${name}.${suffix}" { text = render sections f; }) (
      lib.filterAttrs (_: f: f.enable) set
    );
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  merge =
    n:
    n
    // {
      matchConfig = n.matchConfig // lib.optionalAttrs (n.name != null) { Name = n.name; };
      networkConfig =
        n.networkConfig
        // lib.optionalAttrs (n.DHCP != null) { inherit (n) DHCP; }
        // lib.optionalAttrs (n.address != [ ]) { Address = n.address; }
        // lib.optionalAttrs (n.gateway != [ ]) { Gateway = n.gateway; }
        // lib.optionalAttrs (n.dns != [ ]) { DNS = n.dns; };
    };
  nullableStr = mkOption {
    type = types.nullOr types.str;
    default = null;
  };
in
{
  options.systemd.network = {
    enable = lib.mkEnableOption "systemd-networkd";
    networks = files networkSections {
      name = nullableStr;
      DHCP = nullableStr;
      address = strings;
      gateway = strings;
      dns = strings;
    };
    netdevs = files netdevSections { };
    links = files linkSections { };
    wait-online.enable = mkOption {
      type = types.bool;
      default = true;
    };
    wait-online.anyInterface = mkOption {
      type = types.bool;
      default = config.networking.useDHCP;
    };
    wait-online.timeout = mkOption {
      type = types.ints.unsigned;
      default = 120;
    };
  };
  config.environment.etc = lib.mkIf cfg.enable (
    lib.mkMerge [
      (etc "network" networkSections (lib.mapAttrs (_: merge) cfg.networks))
      (etc "netdev" netdevSections cfg.netdevs)
      (etc "link" linkSections cfg.links)
    ]
  );
}
