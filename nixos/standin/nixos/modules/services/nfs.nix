# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
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
  cfg = config.services.nfs;
  client = config.boot.supportedFilesystems.nfs or config.boot.supportedFilesystems.nfs4 or false;
in
{
  options.services.nfs = {
    server = {
      enable = lib.mkEnableOption "the NFS server of the kernel";
      exports = option types.lines "";
      createMountPoints = option types.bool false;
      nproc = option (types.nullOr types.int) null;
      hostName = option (types.nullOr types.str) null;
      mountdPort = option (types.nullOr types.port) null;
      lockdPort = option (types.nullOr types.port) null;
      statdPort = option (types.nullOr types.port) null;
    };
    settings = option (types.attrsOf (types.attrsOf atom)) { };
    idmapd.settings = option (types.attrsOf (types.attrsOf atom)) { };
  };
  options.services.rpcbind.enable = lib.mkEnableOption "rpcbind";

  config = lib.mkMerge [
    (lib.mkIf (cfg.server.enable || client) {
      environment.systemPackages = [ pkgs.nfs-utils ];
      services.rpcbind.enable = true;
    })
    (lib.mkIf cfg.server.enable {
      environment.etc.exports.text = cfg.server.exports;
    })
    (lib.mkIf (cfg.settings != { }) {
      environment.etc."nfs.conf".text = lib.generators.toINI { } cfg.settings;
    })
    (lib.mkIf (cfg.idmapd.settings != { }) {
      environment.etc."idmapd.conf".text = lib.generators.toINI { } cfg.idmapd.settings;
    })
    (lib.mkIf config.services.rpcbind.enable { environment.systemPackages = [ pkgs.rpcbind ]; })
    {
      services.nfs.settings = lib.mkMerge [
        (lib.mkIf (cfg.server.nproc != null) { nfsd.threads = cfg.server.nproc; })
        (lib.mkIf (cfg.server.mountdPort != null) { mountd.port = cfg.server.mountdPort; })
        (lib.mkIf (cfg.server.lockdPort != null) { lockd.port = cfg.server.lockdPort; })
        (lib.mkIf (cfg.server.statdPort != null) { statd.port = cfg.server.statdPort; })
      ];
      standin.unsupported =
        lib.optional cfg.server.createMountPoints "services.nfs.server.createMountPoints"
        ++ lib.optional (cfg.server.hostName != null) "services.nfs.server.hostName";
    }
  ];
}
