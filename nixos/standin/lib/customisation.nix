# SPDX-License-Identifier: GPL-2.0-or-later
# Fixed points, overlays, callPackage.
{ lib }:
rec {
  fix =
    f:
    let
      self = f self;
    in
    self;
  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;
  composeExtensions =
    f: g: final: prev:
    let
      first = f final prev;
    in
    first // g final (prev // first);
  composeManyExtensions = lib.foldr composeExtensions (_: _: { });
  makeExtensible =
    f:
    fix f
    // {
      extend = overlay: makeExtensible (extends overlay f);
    };

  callPackageWith =
    scope: fn: args:
    let
      f = if builtins.isFunction fn || fn ? __functor then fn else import fn;
      wanted = lib.functionArgs f;
      missing = builtins.filter (name: !wanted.${name} && !(scope ? ${name}) && !(args ? ${name})) (builtins.attrNames wanted);
    in
    if missing != [ ] then
      throw "stand-in: callPackage ${if builtins.isFunction fn then "<function>" else toString fn}: the package set has no ${
        lib.concatMapStringsSep ", " (name: "'${name}'") missing
      }"
    else
      makeOverridable f (builtins.intersectAttrs wanted scope // args);
  makeOverridable =
    f: args:
    let
      result = f args;
    in
    if builtins.isAttrs result then
      result // { override = new: makeOverridable f (args // (if lib.isFunction new then new args else new)); }
    else
      result;
  makeScope = newScope: f: fix (self: f self // { callPackage = newScope self; });

  getExe =
    pkg: getExe' pkg (pkg.meta.mainProgram or (lib.getName pkg));
  getExe' = pkg: name: "${lib.getBin pkg}/bin/${name}";
  setPrio = priority: pkg: pkg // { meta = (pkg.meta or { }) // { inherit priority; }; };
  lowPrio = setPrio 10;
  hiPrio = setPrio (-10);
}
