# SPDX-License-Identifier: GPL-2.0-or-later
# What the stand-in's module evaluator must agree on with nixpkgs's. { lib } -> { name = { expr; expected; }; }
# tests/nix/run evaluates this with the stand-in's lib, and with nixpkgs's where it is given one.
{ lib }:
let
  inherit (lib)
    evalModules
    mkAfter
    mkBefore
    mkDefault
    mkForce
    mkIf
    mkMerge
    mkOption
    mkOrder
    mkOverride
    types
    ;
  # One option x of a type, with these definitions.
  value =
    type: definitions:
    (evalModules {
      modules = [ { options.x = mkOption { inherit type; }; } ] ++ map (x: { inherit x; }) definitions;
    }).config.x;
  fails = v: !(builtins.tryEval (builtins.deepSeq v v)).success;
  eval = modules: (evalModules { inherit modules; }).config;
  sub = types.submodule (
    { name, config, ... }:
    {
      options.name = mkOption {
        type = types.str;
        default = name;
      };
      options.n = mkOption {
        type = types.int;
        default = 1;
      };
      options.twice = mkOption { type = types.int; };
      config.twice = mkDefault (config.n * 2);
    }
  );
  free = types.submodule {
    freeformType = types.attrsOf (types.either types.int types.str);
    options.known = mkOption {
      type = types.int;
      default = 0;
    };
  };
in
builtins.mapAttrs (_: pair: { expr = builtins.elemAt pair 0; expected = builtins.elemAt pair 1; }) {
  # Priorities
  default-loses = [ (value types.int [ (mkDefault 1) 2 ]) 2 ];
  force-wins = [ (value types.int [ 1 (mkForce 2) (mkDefault 3) ]) 2 ];
  override-number = [ (value types.int [ (mkOverride 60 1) (mkOverride 61 2) ]) 1 ];
  equal-values-agree = [ (value types.int [ 3 3 ]) 3 ];
  unequal-values-conflict = [ (fails (value types.int [ 3 4 ])) true ];
  default-of-option = [ (eval [ { options.x = mkOption { type = types.int; default = 5; }; } ]) { x = 5; } ];
  default-joins-nothing = [ (eval [ { options.x = mkOption { type = types.listOf types.int; default = [ 1 ]; }; } { x = [ 2 ]; } ]).x [ 2 ] ];
  undefined-fails = [ (fails (value types.int [ ])) true ];
  force-inside-if = [ (value types.int [ (mkIf true (mkForce 1)) 2 ]) 1 ];
  if-inside-force-fails = [ (fails (value types.int [ (mkForce (mkIf false 1)) 2 ])) true ];
  merge-inside-force-fails = [ (fails (value (types.listOf types.int) [ (mkForce (mkMerge [ [ 1 ] [ 2 ] ])) [ 3 ] ])) true ];

  # Order
  lists-of-later-modules-first = [ (value (types.listOf types.int) [ [ 1 ] [ 2 ] ]) [ 2 1 ] ];
  imported-modules-first = [
    (eval [ { options.x = mkOption { type = types.listOf types.int; }; } { x = [ 2 ]; imports = [ ./fixtures/one.nix { x = [ 0 ]; } ]; } { x = [ 3 ]; } ]).x
    [ 0 1 3 2 ]
  ];
  before-and-after = [ (value (types.listOf types.int) [ (mkAfter [ 3 ]) [ 2 ] (mkBefore [ 1 ]) ]) [ 1 2 3 ] ];
  order-number = [ (value (types.listOf types.int) [ (mkOrder 900 [ 2 ]) (mkOrder 800 [ 1 ]) [ 3 ] ]) [ 1 2 3 ] ];
  lines-in-order = [ (value types.lines [ (mkAfter "b") "a" ]) "a\nb" ];

  # Conditions
  if-false-defines-nothing = [ (value (types.listOf types.int) [ (mkIf false [ 1 ]) [ 2 ] ]) [ 2 ] ];
  if-on-a-tree = [ (eval [ { options.a.b = mkOption { type = types.int; default = 1; }; } (mkIf true { a = mkIf true { b = 2; }; }) ]) { a.b = 2; } ];
  if-depends-on-config = [
    (eval [ ({ config, ... }: { options.on = mkOption { type = types.bool; }; options.x = mkOption { type = types.int; default = 0; }; config = mkIf config.on { x = 1; }; }) { on = true; } ]).x
    1
  ];
  merge-of-trees = [
    (eval [ { options.a = mkOption { type = types.int; }; options.b = mkOption { type = types.int; }; } { config = mkMerge [ { a = 1; } (mkIf true { b = 2; }) ]; } ])
    { a = 1; b = 2; }
  ];
  if-false-key-of-attrs-absent = [ (value (types.attrsOf types.int) [ { a = mkIf false 1; b = 2; } ]) { b = 2; } ];
  list-item-if-false-absent = [ (value (types.listOf types.int) [ [ 1 (mkIf false 2) ] ]) [ 1 ] ];

  # Types
  int-refuses-string = [ (fails (value types.int [ "1" ])) true ];
  bool-refuses-int = [ (fails (value types.bool [ 1 ])) true ];
  between = [ (value (types.ints.between 1 3) [ 3 ]) 3 ];
  between-refuses = [ (fails (value (types.ints.between 1 3) [ 4 ])) true ];
  port-refuses = [ (fails (value types.port [ 65536 ])) true ];
  positive-refuses-zero = [ (fails (value types.ints.positive [ 0 ])) true ];
  enum = [ (value (types.enum [ "a" "b" ]) [ "b" ]) "b" ];
  enum-refuses = [ (fails (value (types.enum [ "a" "b" ]) [ "c" ])) true ];
  null-or = [ (value (types.nullOr types.int) [ null ]) null ];
  null-or-list-joins = [ (value (types.nullOr (types.listOf types.int)) [ [ 1 ] [ 2 ] ]) [ 2 1 ] ];
  null-and-value-conflict = [ (fails (value (types.nullOr types.int) [ null 1 ])) true ];
  null-or-undefined = [ (fails (value (types.nullOr types.int) [ ])) false ];
  either-left = [ (value (types.either types.int types.str) [ 1 ]) 1 ];
  one-of = [ (value (types.oneOf [ types.int types.bool types.str ]) [ "s" ]) "s" ];
  one-of-refuses = [ (fails (value (types.oneOf [ types.int types.bool ]) [ "s" ])) true ];
  coerced = [ (value (types.coercedTo types.int toString types.str) [ 5 ]) "5" ];
  coerced-list-joins = [ (value (types.coercedTo types.str (s: [ s ]) (types.listOf types.str)) [ "a" [ "b" ] ]) [ "b" "a" ] ];
  attrs-of-lists-join = [ (value (types.attrsOf (types.listOf types.int)) [ { a = [ 1 ]; } { a = [ 2 ]; b = [ 3 ]; } ]) { a = [ 2 1 ]; b = [ 3 ]; } ];
  attrs-of-refuses = [ (fails (value (types.attrsOf types.int) [ { a = "x"; } ])) true ];
  lists-of-undefined-is-empty = [ (value (types.listOf types.int) [ ]) [ ] ];
  attrs-of-undefined-is-empty = [ (value (types.attrsOf types.int) [ ]) { } ];
  path-refuses-relative = [ (fails (value types.path [ "a/b" ])) true ];
  path-takes-absolute = [ (value types.path [ "/a/b" ]) "/a/b" ];
  str-matching-refuses = [ (fails (value (types.strMatching "[a-z]+") [ "A" ])) true ];
  single-line-cuts-newline = [ (value types.singleLineStr [ "a\n" ]) "a" ];
  separated = [ (value (types.separatedString ":") [ "a" "b" ]) "b:a" ];
  unique-refuses-two = [ (fails (value (types.uniq (types.listOf types.int)) [ [ 1 ] [ 2 ] ])) true ];
  anything-merges = [ (value types.anything [ { a.b = 1; } { a.c = 2; } ]) { a = { b = 1; c = 2; }; } ];
  anything-conflict = [ (fails (value types.anything [ { a = 1; } { a = 2; } ])) true ];
  function-to-joins = [ (value (types.functionTo (types.listOf types.int)) [ (n: [ n ]) (n: [ (n + 1) ]) ] 1) [ 2 1 ] ];
  add-check = [ (fails (value (types.addCheck types.int (n: n != 3)) [ 3 ])) true ];
  bool-by-or-untyped = [ (value types.unspecified [ true false ]) true ];
  raw-is-kept = [ (value types.raw [ { _dont = "touch"; } ]) { _dont = "touch"; } ];

  # Submodules
  submodule-name = [ (value (types.attrsOf sub) [ { a.n = 2; } ]).a { name = "a"; n = 2; twice = 4; } ];
  submodule-joins = [ (value (types.attrsOf sub) [ { a.n = 2; } { a.twice = 9; } ]).a.twice 9 ];
  submodule-force-inside = [ (value (types.attrsOf sub) [ { a.n = 2; } { a.n = mkForce 7; } ]).a.n 7 ];
  submodule-force-whole = [ (value (types.attrsOf sub) [ { a.n = 2; } { a = mkForce { n = 7; }; } ]).a.n 7 ];
  submodule-function = [ (value sub [ ({ config, ... }: { n = 3; }) ]).twice 6 ];
  submodule-unknown = [ (fails (value (types.attrsOf sub) [ { a.m = 2; } ])) true ];
  list-of-submodules = [ (map (s: s.n) (value (types.listOf (types.submodule { options.n = mkOption { type = types.int; }; })) [ [ { n = 1; } ] [ { n = 2; } ] ])) [ 2 1 ] ];
  freeform-keeps = [ (value free [ { other = 1; } { third = "x"; } ]) { known = 0; other = 1; third = "x"; } ];
  freeform-refuses-type = [ (fails (value free [ { other = [ ]; } ])) true ];
  freeform-force = [ (value free [ { other = 1; } { other = mkForce 2; } ]).other 2 ];

  # Modules
  unknown-option-fails = [ (fails (eval [ { y = 1; } ])) true ];
  unknown-under-false-if-fails = [ (fails (eval [ (mkIf false { y = 1; }) ])) true ];
  imports-twice-count-once = [
    (eval [ { options.x = mkOption { type = types.listOf types.int; }; } ./fixtures/one.nix { imports = [ ./fixtures/one.nix ]; } ]).x
    [ 1 ]
  ];
  disabled-module = [
    (eval [ { options.x = mkOption { type = types.listOf types.int; }; } ./fixtures/one.nix { disabledModules = [ ./fixtures/one.nix ]; } ]).x
    [ ]
  ];
  module-arguments = [
    (evalModules { specialArgs.special = 4; modules = [ ({ special, later, ... }: { options.x = mkOption { type = types.int; default = special + later; }; }) { _module.args.later = 3; } ]; }).config.x
    7
  ];
  option-is-defined = [
    (let e = evalModules { modules = [ { options.x = mkOption { type = types.int; }; options.y = mkOption { type = types.int; }; } { x = 1; } ]; }; in [ e.options.x.isDefined e.options.y.isDefined ])
    [ true false ]
  ];
  apply = [ (eval [ { options.x = mkOption { type = types.int; apply = n: n + 1; }; } { x = 1; } ]).x 2 ];
  read-only-twice = [ (fails (eval [ { options.x = mkOption { type = types.int; readOnly = true; }; } { x = 1; } { x = 2; } ])) true ];
  same-option-two-types-join = [
    (eval [ { options.x = mkOption { type = types.enum [ "a" ]; }; } { options.x = mkOption { type = types.enum [ "b" ]; }; } { x = "b"; } ]).x
    "b"
  ];
  submodule-declared-twice-joins = [
    (eval [
      { options.s = mkOption { default = { }; type = types.attrsOf (types.submodule { options.a = mkOption { default = 1; }; }); }; }
      { options.s = mkOption { type = types.attrsOf (types.submodule { options.b = mkOption { default = 2; }; }); }; }
      { s.x = { }; }
    ]).s
    { x = { a = 1; b = 2; }; }
  ];
  default-declared-twice-fails = [ (fails (eval [ { options.x = mkOption { default = 1; }; } { options.x = mkOption { default = 1; }; } ])) true ];
  extend-modules = [
    ((evalModules { modules = [ { options.x = mkOption { type = types.int; default = 1; }; } ]; }).extendModules { modules = [ { x = 2; } ]; }).config.x
    2
  ];
  renamed-option = [
    (eval [ { options.new = mkOption { type = types.int; }; options.warnings = mkOption { type = types.listOf types.str; default = [ ]; }; } (lib.mkRenamedOptionModule [ "old" ] [ "new" ]) { old = 3; } ]).new
    3
  ];
  alias-option = [
    (eval [ { options.a.new = mkOption { type = types.int; }; } (lib.mkAliasOptionModule [ "old" ] [ "a" "new" ]) { old = 3; } ]).a.new
    3
  ];

  # Helpers that modules use
  recursive-update = [ (lib.recursiveUpdate { a = { b = 1; c = 2; }; } { a.b = 3; }) { a = { b = 3; c = 2; }; } ];
  escape-shell-arg = [ (map lib.escapeShellArg [ "a b" "it's" "plain-1.0" "" ]) [ "'a b'" "'it'\\''s'" "plain-1.0" "''" ] ];
  split-string = [ (lib.splitString "." "a.b..c") [ "a" "b" "" "c" ] ];
  concat-map-strings-sep = [ (lib.concatMapStringsSep "," (x: x + "!") [ "a" "b" ]) "a!,b!" ];
  trim = [ (map lib.trim [ " a b \n" "" "\t" "x" ]) [ "a b" "" "" "x" ] ];
  has-infix = [ [ (lib.hasInfix "b.c" "ab.cd") (lib.hasInfix "b.c" "abxcd") ] [ true false ] ];
  to-int = [ (map lib.toInt [ "12" " -3 " ]) [ 12 (-3) ] ];
  unique = [ (lib.unique [ 1 2 1 3 2 ]) [ 1 2 3 ] ];
  find-first = [ (lib.findFirst (x: x > 1) null [ 1 2 3 ]) 2 ];
  flatten = [ (lib.flatten [ 1 [ 2 [ 3 ] ] ]) [ 1 2 3 ] ];
  sort-on = [ (lib.sortOn (x: -x) [ 1 3 2 ]) [ 3 2 1 ] ];
  sublist = [ [ (lib.take 2 [ 1 2 3 ]) (lib.drop 2 [ 1 2 3 ]) (lib.take 9 [ 1 ]) (lib.drop 9 [ 1 ]) ] [ [ 1 2 ] [ 3 ] [ 1 ] [ ] ] ];
  filter-map-attrs = [ (lib.filterAttrs (n: v: v > 1) (lib.mapAttrs (_: v: v + 1) { a = 0; b = 1; })) { b = 2; } ];
  map-attrs-prime = [ (lib.mapAttrs' (n: v: lib.nameValuePair (n + "x") v) { a = 1; }) { ax = 1; } ];
  set-attr-by-path = [ (lib.setAttrByPath [ "a" "b" ] 1) { a.b = 1; } ];
  attr-by-path = [ [ (lib.attrByPath [ "a" "b" ] 0 { a.b = 1; }) (lib.attrByPath [ "a" "c" ] 0 { a.b = 1; }) ] [ 1 0 ] ];
  versions = [ [ (lib.versionAtLeast "6.12" "6.6") (lib.versionOlder "6.12" "6.6") ] [ true false ] ];
  to-ini = [ (lib.generators.toINI { } { s = { a = 1; b = true; c = "x"; }; t = { }; }) "[s]\na=1\nb=true\nc=x\n\n[t]\n" ];
  overlays-compose = [
    ((lib.composeManyExtensions [ (final: prev: { a = prev.a + 1; }) (final: prev: { b = prev.a + final.c; }) ]) { c = 10; } { a = 1; })
    { a = 2; b = 12; }
  ];
}
