# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
rec {
  mkValueStringDefault =
    { }:
    v:
    if builtins.isBool v then
      lib.boolToString v
    else if v == null then
      "null"
    else if builtins.isString v || builtins.isInt v || builtins.isPath v || lib.isDerivation v then
      toString v
    else if builtins.isFloat v then
      builtins.toJSON v
    else
      throw "lib.generators: no text for a ${builtins.typeOf v}";
  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    sep: k: v:
    "${lib.escape [ sep ] k}${sep}${mkValueString v}";
  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    set:
    lib.concatLines (
      builtins.concatLists (
        lib.mapAttrsToList (k: v: map (x: indent + mkKeyValue k x) (if listsAsDuplicateKeys then lib.toList v else [ v ])) set
      )
    );
  toINI =
    {
      mkSectionName ? lib.id,
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    lib.concatStringsSep "\n" (
      lib.mapAttrsToList (
        name: values: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values
      ) sections
    );
  toJSON = { }: builtins.toJSON;
  toYAML = { }: builtins.toJSON;
  toPretty = { ... }: lib.options.showValue;
}
