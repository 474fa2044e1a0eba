# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.openssh;
  option =
    type: default:
    mkOption {
      inherit type default;
    };
  atom = types.oneOf [
    types.bool
    types.int
    types.str
  ];
in
{
  options.services.openssh = {
    enable = lib.mkEnableOption "the OpenSSH server";
    startWhenNeeded = option types.bool false;
    openFirewall = option types.bool true;
    ports = option (types.listOf types.port) [ 22 ];
    allowSFTP = option types.bool true;
    extraConfig = option types.lines "";
    hostKeys = option (types.listOf types.attrs) [ ];
    authorizedKeysInHomedir = option types.bool true;
    settings = mkOption {
      default = { };
      type = types.submodule {
        freeformType = types.attrsOf (types.nullOr (types.either atom (types.listOf atom)));
        options = {
          PermitRootLogin = option (types.nullOr (
            types.enum [ "yes" "without-password" "prohibit-password" "forced-commands-only" "no" ]
          )) "prohibit-password";
          PasswordAuthentication = option (types.nullOr types.bool) true;
          KbdInteractiveAuthentication = option (types.nullOr types.bool) true;
          PubkeyAuthentication = option (types.nullOr types.bool) null;
          UsePAM = option (types.nullOr types.bool) true;
          UseDns = option (types.nullOr types.bool) false;
          X11Forwarding = option (types.nullOr types.bool) false;
          PrintMotd = option (types.nullOr types.bool) false;
          LogLevel = option (types.nullOr (
            types.enum [ "QUIET" "FATAL" "ERROR" "INFO" "VERBOSE" "DEBUG" "DEBUG1" "DEBUG2" "DEBUG3" ]
          )) "INFO";
          StrictModes = option (types.nullOr types.bool) true;
          GatewayPorts = option (types.nullOr types.str) "no";
          AllowUsers = option (types.nullOr (types.listOf types.str)) null;
          DenyUsers = option (types.nullOr (types.listOf types.str)) null;
          AllowGroups = option (types.nullOr (types.listOf types.str)) null;
          DenyGroups = option (types.nullOr (types.listOf types.str)) null;
        };
      };
    };
  };
  config.networking.firewall.allowedTCPPorts = lib.mkIf (cfg.enable && cfg.openFirewall) cfg.ports;
  config.standin.unsupported =
    lib.optional (cfg.hostKeys != [ ]) "services.openssh.hostKeys"
    ++ lib.optional cfg.startWhenNeeded "services.openssh.startWhenNeeded";
}
