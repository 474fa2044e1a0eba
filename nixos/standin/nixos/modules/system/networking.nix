# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.networking;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  ports = mkOption {
    type = types.listOf types.port;
    default = [ ];
  };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
in
{
  options.networking = {
    hostName = mkOption {
      type = types.strMatching "^$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$";
      default = "nixos";
    };
    domain = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    fqdn = mkOption {
      type = types.str;
      default = if cfg.domain == null then cfg.hostName else "${cfg.hostName}.${cfg.domain}";
    };
    useDHCP = flag true;
    useNetworkd = flag false;
    useHostResolvConf = flag false;
    usePredictableInterfaceNames = flag true;
    enableIPv6 = flag true;
    dhcpcd.enable = flag true;
    dhcpcd.setHostname = flag true;
    dhcpcd.wait = mkOption {
      type = types.enum [ "background" "any" "ipv4" "ipv6" "both" "if-carrier-up" ];
      default = "any";
    };
    interfaces = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule {
          options.useDHCP = mkOption {
            type = types.nullOr types.bool;
            default = null;
          };
        }
      );
    };
    nameservers = strings;
    timeServers = strings;
    hosts = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
    };
    extraHosts = mkOption {
      type = types.lines;
      default = "";
    };
    firewall = {
      enable = flag true;
      allowPing = flag true;
      allowedTCPPorts = ports;
      allowedUDPPorts = ports;
      trustedInterfaces = strings;
    };
    nftables.enable = flag false;
    wireless.enable = flag false;
    networkmanager.enable = flag false;
    resolvconf.enable = flag true;
    proxy.default = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    proxy.noProxy = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
  };

  config = {
    systemd.network = lib.mkIf cfg.useNetworkd {
      enable = true;
      networks = lib.mkMerge (
        [
          (lib.mkIf cfg.useDHCP {
            "99-ethernet-default-dhcp" = {
              matchConfig.Type = "ether";
              matchConfig.Kind = "!*";
              networkConfig.DHCP = "yes";
            };
          })
        ]
        ++ lib.mapAttrsToList (name: i: {
          "40-${name}" = {
            matchConfig.Name = name;
            networkConfig.DHCP = lib.boolToYesNo (if i.useDHCP == null then cfg.useDHCP else i.useDHCP);
          };
        }) cfg.interfaces
      );
    };
    environment.etc.hosts.text =
      lib.concatLines (
        lib.mapAttrsToList (address: names: "${address} ${toString names}") (
          {
            "127.0.0.1" = [ "localhost" ];
            "::1" = [ "localhost" ];
          }
          // lib.optionalAttrs (cfg.hostName != "") { "127.0.0.2" = [ cfg.hostName ]; }
          // cfg.hosts
        )
      )
      + cfg.extraHosts;
    environment.variables = lib.mkIf (cfg.proxy.default != null) {
      http_proxy = cfg.proxy.default;
      https_proxy = cfg.proxy.default;
      no_proxy = cfg.proxy.noProxy;
    };
    standin.unsupported =
      lib.optional cfg.firewall.enable "networking.firewall.enable (set it to false: the image has no packet filter)"
      ++ lib.optional cfg.wireless.enable "networking.wireless.enable"
      ++ lib.optional cfg.networkmanager.enable "networking.networkmanager.enable"
      ++ lib.optional cfg.nftables.enable "networking.nftables.enable"
      ++ lib.optional (!cfg.useNetworkd && cfg.interfaces != { }) "networking.interfaces without networking.useNetworkd";
  };
}
