# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
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
  cfg = config.programs;
  # programs.<name>.enable that only installs the package of that name.
  simple = [
    "git"
    "htop"
    "tmux"
    "vim"
    "neovim"
    "screen"
    "fish"
    "zsh"
  ];
in
{
  options.programs = lib.genAttrs simple (_: { enable = flag false; }) // {
    bash = {
      enable = flag true;
      completion.enable = flag true;
      interactiveShellInit = lines;
      loginShellInit = lines;
      promptInit = lines;
      shellInit = lines;
      shellAliases = mkOption {
        type = types.attrsOf (types.nullOr (types.either types.str types.path));
        default = { };
      };
    };
    git = {
      enable = flag false;
      config = mkOption {
        type = types.attrsOf (types.attrsOf types.anything);
        default = { };
      };
    };
    ccache.enable = flag false;
    command-not-found.enable = flag true;
    fuse.userAllowOther = flag false;
    less.enable = flag true;
    mtr.enable = flag false;
    nano.enable = flag true;
    nix-ld.enable = flag false;
    ssh.startAgent = flag false;
    ssh.extraConfig = lines;
    ssh.knownHosts = mkOption {
      type = types.attrsOf types.anything;
      default = { };
    };
  };

  config = {
    environment.systemPackages =
      builtins.concatMap (name: lib.optional cfg.${name}.enable pkgs.${name}) simple
      ++ lib.optional cfg.nano.enable pkgs.nano;
    environment.etc = {
      gitconfig = lib.mkIf (cfg.git.config != { }) {
        text = lib.generators.toINI { } cfg.git.config;
      };
      "ssh/ssh_config.d/nixos.conf" = lib.mkIf (cfg.ssh.extraConfig != "") { text = cfg.ssh.extraConfig; };
      "fuse.conf" = lib.mkIf cfg.fuse.userAllowOther { text = "user_allow_other\n"; };
    };
    environment.interactiveShellInit = cfg.bash.interactiveShellInit;
    environment.loginShellInit = cfg.bash.loginShellInit;
    environment.shellInit = cfg.bash.shellInit;
    environment.shellAliases = lib.mapAttrs (_: lib.mkDefault) cfg.bash.shellAliases;
    standin.unsupported = builtins.filter (x: x != null) (
      lib.mapAttrsToList (name: on: if on then "programs.${name}" else null) {
        "ccache.enable" = cfg.ccache.enable;
        "mtr.enable" = cfg.mtr.enable;
        "nix-ld.enable" = cfg.nix-ld.enable;
        "ssh.startAgent" = cfg.ssh.startAgent;
        "ssh.knownHosts" = cfg.ssh.knownHosts != { };
      }
    );
  };
}
