# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
rec {
  isOption = value: value._type or null == "option";
  mkOption = attrs: attrs // { _type = "option"; };
  mkEnableOption =
    name:
    mkOption {
      type = lib.types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
    };
  # mkPackageOption pkgs "foo" { } is pkgs.foo by default.
  mkPackageOption =
    pkgs: name:
    {
      default ? name,
      nullable ? false,
      extraDescription ? "",
      pkgsText ? "pkgs",
      example ? null,
    }:
    let
      path = if builtins.isString default then lib.splitString "." default else lib.toList default;
    in
    mkOption (
      {
        type = if nullable then lib.types.nullOr lib.types.package else lib.types.package;
        description = "The package to use for ${lib.concatStringsSep "." (lib.toList name)}. ${extraDescription}";
      }
      // (
        if default == null then
          { default = null; }
        else
          {
            default = lib.attrByPath path (throw "${pkgsText} has no package '${lib.concatStringsSep "." path}'") pkgs;
          }
      )
    );
  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };
  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };

  # services.foo."a b".enable, as an error message shows it.
  showOption =
    loc:
    lib.concatMapStringsSep "." (
      part: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*|<.*>|\\*" part != null then part else builtins.toJSON part
    ) (map toString loc);
  showFiles = lib.concatMapStringsSep " and " (f: "'${toString f}'");
  showDefs = lib.concatMapStrings (def: "\n- In ${toString def.file}: ${showValue def.value}");
  # One short line; never forces a derivation or a function.
  showValue =
    let
      go =
        depth: v:
        let
          t = builtins.typeOf v;
        in
        if t == "lambda" then
          "<function>"
        else if t == "set" then
          if v ? _type then
            "<${v._type}>"
          else if v.type or null == "derivation" then
            "<package ${v.pname or v.name or "?"}>"
          else if depth == 0 then
            "{ ... }"
          else
            "{ ${lib.concatMapStrings (n: "${n} = ${go (depth - 1) v.${n}}; ") (lib.take 4 (builtins.attrNames v))}}"
        else if t == "list" then
          if depth == 0 then "[ ... ]" else "[ ${lib.concatMapStrings (x: go (depth - 1) x + " ") (lib.take 4 v)}]"
        else if t == "path" then
          toString v
        else if t == "string" && builtins.stringLength v > 60 then
          builtins.toJSON (builtins.substring 0 60 v) + "..."
        else
          builtins.toJSON v;
    in
    value:
    let
      shown = builtins.tryEval (go 2 value);
    in
    if shown.success then shown.value else "<value that throws>";

  getValues = map (def: def.value);
  getFiles = map (def: def.file);

  # Merge functions for types: loc -> [{ file, value }] -> value.
  mergeOneOption =
    loc: defs:
    if builtins.length defs == 1 then
      (builtins.head defs).value
    else
      throw "The option '${showOption loc}' is unique, but defined more than once:${showDefs defs}";
  mergeUniqueOption =
    {
      message ? "",
      merge ? mergeOneOption,
    }:
    loc: defs:
    if builtins.length defs == 1 then
      merge loc defs
    else
      throw "The option '${showOption loc}' may be defined once. ${message}${showDefs defs}";
  mergeEqualOption =
    loc: defs:
    let
      first = builtins.head defs;
    in
    if builtins.all (def: def.value == first.value) defs then
      first.value
    else
      throw "The option '${showOption loc}' has conflicting definition values:${showDefs defs}\nUse lib.mkForce or lib.mkDefault on one of them.";
  # For options without a type: lists and sets join, booleans are or-ed, the rest must agree.
  mergeDefaultOption =
    loc: defs:
    let
      values = getValues defs;
    in
    if builtins.length values == 1 then
      builtins.head values
    else if builtins.all builtins.isList values then
      builtins.concatLists values
    else if builtins.all builtins.isAttrs values then
      builtins.foldl' lib.mergeAttrs { } values
    else if builtins.all builtins.isBool values then
      builtins.any lib.id values
    else
      mergeEqualOption loc defs;
}
