# SPDX-License-Identifier: GPL-2.0-or-later
# The options of the unprivileged account, apart from the account itself: a backend may set their
# defaults without creating it.
{ lib, ... }:
{
  options.nixos-flake.user = {
    name = lib.mkOption {
      type = lib.types.str;
      default = "user";
      description = "Name of the unprivileged account.";
    };
    extraGroups = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      example = [ "wheel" ];
      description = ''
        Groups of the unprivileged account beside `users`. Backends give a default; add to it with
        `users.users.<name>.extraGroups`.
      '';
    };
  };
}
