# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
rec {
  release = "26.05";
  version = "${release}-standin";

  id = x: x;
  const = x: _: x;
  pipe = builtins.foldl' (value: f: f value);
  flip =
    f: a: b:
    f b a;
  mapNullable = f: x: if x == null then null else f x;
  defaultTo = default: x: if x == null then default else x;
  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  mod = a: b: a - b * (a / b);
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";
  xor = a: b: (a || b) && !(a && b);

  inherit (builtins)
    add
    bitAnd
    bitOr
    bitXor
    deepSeq
    fromJSON
    genericClosure
    isBool
    isFloat
    isInt
    lessThan
    pathExists
    readFile
    seq
    sub
    toJSON
    ;

  importJSON = file: fromJSON (readFile file);
  importTOML = file: builtins.fromTOML (readFile file);

  warn = message: value: builtins.trace "warning: ${message}" value;
  warnIf = condition: message: if condition then warn message else id;
  warnIfNot = condition: warnIf (!condition);
  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: throwIf (!condition);
  showWarnings = warnings: value: builtins.foldl' (v: w: warn w v) value warnings;
  assertMsg = condition: message: condition || throw message;
  assertOneOf =
    name: value: values:
    assertMsg (builtins.elem value values) "${name} must be one of ${toJSON values}, is ${toJSON value}";

  traceVal = x: builtins.trace x x;
  traceValSeq = x: builtins.trace (builtins.deepSeq x x) x;

  # Functions that carry their argument names with them (callPackage, modules).
  isFunction = f: builtins.isFunction f || (f ? __functor && isFunction (f.__functor f));
  toFunction = v: if isFunction v then v else const v;
  functionArgs =
    f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };

  inNixShell = false;
  inPureEvalMode = !(builtins ? currentSystem);
  nixpkgsVersion = version;
  versionSuffix = "-standin";
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;
  toHexString =
    n:
    let
      digits = lib.stringToCharacters "0123456789ABCDEF";
      go = n: (if n < 16 then "" else go (n / 16)) + builtins.elemAt digits (mod n 16);
    in
    go n;
}
