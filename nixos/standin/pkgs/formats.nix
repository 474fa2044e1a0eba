# SPDX-License-Identifier: GPL-2.0-or-later
# pkgs.formats: a type for settings and a file made from them.
{ lib, writeText }:
let
  inherit (lib) types;
  atom = types.nullOr (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
      types.path
    ]
  );
  value = types.anything;
in
{
  json =
    { }:
    {
      type = value;
      generate = name: v: writeText name (builtins.toJSON v);
    };
  yaml =
    { }:
    {
      type = value;
      generate = name: v: writeText name (builtins.toJSON v);
    };
  ini = args: {
    type = types.attrsOf (types.attrsOf (if args.listsAsDuplicateKeys or false then types.either atom (types.listOf atom) else atom));
    generate = name: v: writeText name (lib.generators.toINI (builtins.intersectAttrs { listsAsDuplicateKeys = null; } args) v);
  };
  keyValue = args: {
    type = types.attrsOf (if args.listsAsDuplicateKeys or false then types.either atom (types.listOf atom) else atom);
    generate = name: v: writeText name (lib.generators.toKeyValue (builtins.intersectAttrs { listsAsDuplicateKeys = null; } args) v);
  };
}
