# SPDX-License-Identifier: GPL-2.0-or-later
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    assertions = mkOption {
      type = types.listOf (
        types.submodule {
          options.assertion = mkOption { type = types.bool; };
          options.message = mkOption { type = types.str; };
        }
      );
      default = [ ];
    };
    warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
    meta = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
    };

    # Options whose effect the guest cannot have. The system evaluates; its image fails to build with
    # this list.
    standin.unsupported = mkOption {
      type = types.listOf types.str;
      default = [ ];
      internal = true;
    };
  };
}
