# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
rec {
  inherit (builtins)
    attrNames
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  attrValues = builtins.attrValues;
  attrVals = names: set: map (name: set.${name}) names;
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  genAttrs' = xs: f: listToAttrs (map f xs);
  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  concatMapAttrs = f: set: foldlAttrs (acc: name: value: acc // f name value) { } set;
  foldlAttrs =
    f: init: set:
    builtins.foldl' (acc: name: f acc name set.${name}) init (attrNames set);
  attrsToList = mapAttrsToList nameValuePair;
  filterAttrs = p: set: removeAttrs set (builtins.filter (name: !p name set.${name}) (attrNames set));
  filterAttrsRecursive =
    p: set:
    mapAttrs (_: v: if isAttrs v then filterAttrsRecursive p v else v) (filterAttrs p set);
  optionalAttrs = condition: set: if condition then set else { };
  mergeAttrsList = builtins.foldl' (a: b: a // b) { };
  mergeAttrs = a: b: a // b;
  zipAttrs = zipAttrsWith (_: values: values);
  mapAttrsRecursiveCond =
    condition: f: set:
    let
      go =
        path:
        mapAttrs (
          name: value:
          let
            here = path ++ [ name ];
          in
          if isAttrs value && condition value then go here value else f here value
        );
    in
    go [ ] set;
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  collect =
    p: set:
    if p set then
      [ set ]
    else if isAttrs set then
      builtins.concatMap (collect p) (attrValues set)
    else
      [ ];

  hasAttrByPath =
    path: set:
    path == [ ] || (isAttrs set && set ? ${builtins.head path} && hasAttrByPath (builtins.tail path) set.${builtins.head path});
  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if isAttrs set && set ? ${builtins.head path} then
      attrByPath (builtins.tail path) default set.${builtins.head path}
    else
      default;
  getAttrFromPath =
    path: set:
    attrByPath path (throw "lib.getAttrFromPath: no attribute '${builtins.concatStringsSep "." path}'") set;
  setAttrByPath = path: value: lib.foldr (name: inner: { ${name} = inner; }) value path;
  getAttrs = names: set: genAttrs names (name: set.${name});

  recursiveUpdateUntil =
    stop: a: b:
    let
      go =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
            l = builtins.elemAt values 0;
            r = builtins.elemAt values 1;
          in
          if builtins.length values == 1 then
            l
          else if stop here l r then
            r
          else
            go here [
              l
              r
            ]
        );
    in
    go [ ] [
      a
      b
    ];
  recursiveUpdate = recursiveUpdateUntil (_: l: r: !(isAttrs l && isAttrs r));
  updateManyAttrsByPath =
    updates: set:
    builtins.foldl' (
      acc: { path, update }: recursiveUpdate acc (setAttrByPath path (update (getAttrFromPath path acc)))
    ) set updates;

  isDerivation = value: value.type or null == "derivation";
  isStorePath = value: lib.isStringLike value && builtins.substring 0 (builtins.stringLength builtins.storeDir) (toString value) == builtins.storeDir;
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
  cartesianProduct =
    sets:
    builtins.foldl' (acc: name: builtins.concatMap (partial: map (value: partial // { ${name} = value; }) sets.${name}) acc) [ { } ] (
      attrNames sets
    );
  matchAttrs =
    pattern: set:
    builtins.all (
      name:
      set ? ${name}
      && (if isAttrs pattern.${name} then isAttrs set.${name} && matchAttrs pattern.${name} set.${name} else pattern.${name} == set.${name})
    ) (attrNames pattern);

  # Outputs of a package: lib.getBin pkg, lib.getDev pkg ...
  getOutput = output: pkg: if !(pkg ? outputSpecified) || !pkg.outputSpecified then pkg.${output} or pkg.out or pkg else pkg;
  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getDev = getOutput "dev";
  getMan = getOutput "man";
  getInclude = getOutput "dev";
}
