# SPDX-License-Identifier: GPL-2.0-or-later
# One Python interpreter with the libraries that all modules together ask for. Ansible runs it as
# /run/current-system/sw/bin/python3; a library beside it in systemPackages could not be imported.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.nixos-flake.python;
in
{
  options.nixos-flake.python.packages = lib.mkOption {
    type = lib.types.functionTo (lib.types.listOf lib.types.package);
    default = _: [ ];
    defaultText = lib.literalExpression "ps: [ ]";
    example = lib.literalExpression "ps: [ ps.numpy ]";
    description = "Libraries that python3 in the guest can import; definitions join.";
  };

  config.environment.systemPackages = [ (pkgs.python3.withPackages cfg.packages) ];
}
