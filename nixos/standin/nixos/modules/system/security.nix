# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  lines = mkOption {
    type = types.lines;
    default = "";
  };
in
{
  options.security = {
    sudo = {
      enable = flag true;
      wheelNeedsPassword = flag true;
      execWheelOnly = flag false;
      extraConfig = lines;
      extraRules = mkOption {
        default = [ ];
        type = types.listOf types.anything;
      };
    };
    sudo-rs.enable = flag false;
    polkit.enable = flag false;
    polkit.extraConfig = lines;
    pam.loginLimits = mkOption {
      default = [ ];
      type = types.listOf (
        types.submodule {
          options.domain = mkOption { type = types.str; };
          options.type = mkOption {
            type = types.enum [ "-" "hard" "soft" ];
            default = "-";
          };
          options.item = mkOption { type = types.str; };
          options.value = mkOption { type = types.either types.str types.int; };
        }
      );
    };
    pki.certificates = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
    pki.certificateFiles = mkOption {
      type = types.listOf types.path;
      default = [ ];
    };
    rtkit.enable = flag false;
    apparmor.enable = flag false;
    lockKernelModules = flag false;
  };

  config = {
    environment.etc."security/limits.d/60-nixos.conf" = lib.mkIf (config.security.pam.loginLimits != [ ]) {
      text = lib.concatMapStrings (l: "${l.domain} ${l.type} ${l.item} ${toString l.value}\n") config.security.pam.loginLimits;
    };
    environment.etc."polkit-1/rules.d/10-nixos.rules" = lib.mkIf (config.security.polkit.enable && config.security.polkit.extraConfig != "") {
      text = config.security.polkit.extraConfig;
    };
    standin.unsupported =
      lib.optional (config.security.sudo.extraRules != [ ]) "security.sudo.extraRules (use extraConfig)"
      ++ lib.optional config.security.sudo-rs.enable "security.sudo-rs.enable"
      ++ lib.optional config.security.rtkit.enable "security.rtkit.enable"
      ++ lib.optional config.security.apparmor.enable "security.apparmor.enable"
      ++ lib.optional config.security.lockKernelModules "security.lockKernelModules"
      ++ lib.optional (
        config.security.pki.certificates != [ ] || config.security.pki.certificateFiles != [ ]
      ) "security.pki";
  };
}
