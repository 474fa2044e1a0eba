# SPDX-License-Identifier: GPL-2.0-or-later
# Option types. A type is { name, description, check, merge } plus
#   emptyValue      what the option is without any definition, for collections
#   nested          what it is made of; combine: how two declarations of it become one
{ lib }:
let
  inherit (builtins)
    all
    attrNames
    concatLists
    concatStringsSep
    elem
    filter
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    length
    listToAttrs
    mapAttrs
    match
    zipAttrsWith
    ;
  inherit (lib.modules) mergeDefinitions;
  inherit (lib.options)
    getValues
    mergeDefaultOption
    mergeEqualOption
    mergeOneOption
    showDefs
    showOption
    ;

  mkOptionType =
    attrs@{
      name,
      description ? name,
      check ? (_: true),
      merge ? mergeDefaultOption,
      emptyValue ? { },
      nested ? { },
      ...
    }:
    attrs
    // {
      _type = "option-type";
      inherit
        name
        description
        check
        merge
        emptyValue
        nested
        ;
      nestedTypes = nested;
      getSubOptions = attrs.getSubOptions or (_: { });
      # combine: other -> this type for both declarations, or null if they do not agree.
      combine = attrs.combine or (other: if other.name == name && nested == { } then types.mkSelf attrs else null);
    };

  scalar =
    name: description: check:
    mkOptionType {
      inherit name description check;
      merge = mergeEqualOption;
    };

  between =
    lo: hi: description:
    scalar "intBetween" description (v: isInt v && (lo == null || v >= lo) && (hi == null || v <= hi));

  # Collections of T combine if their Ts do.
  wrap =
    make: elem: attrs:
    mkOptionType (
      attrs
      // {
        nested.elemType = elem;
        combine =
          other:
          let
            inner = types.mergeTypes elem other.nested.elemType;
          in
          if other.name != attrs.name || inner == null then null else make inner;
      }
    );

  mkAttrsOf =
    lazy: make: elem:
    wrap make elem {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "attribute set of ${elem.description}";
      check = isAttrs;
      emptyValue.value = { };
      merge =
        loc: defs:
        let
          perName = zipAttrsWith (name: values: mergeDefinitions (loc ++ [ name ]) elem values) (
            map (
              def:
              mapAttrs (_: value: {
                inherit (def) file;
                inherit value;
              }) def.value
            ) defs
          );
        in
        # A name that only a false mkIf defines is not there; finding out forces the definitions.
        mapAttrs (_: m: m.value) (if lazy then perName else lib.filterAttrs (_: m: m.isDefined) perName);
      getSubOptions = prefix: elem.getSubOptions (prefix ++ [ "<name>" ]);
    };

  types = rec {
    mkSelf = mkOptionType;
    inherit mkOptionType;
    isOptionType = v: v._type or null == "option-type";
    mergeTypes = a: b: if a.name == b.name then a.combine b else null;

    unspecified = mkOptionType {
      name = "unspecified";
      description = "unspecified value";
    };
    raw = mkOptionType {
      name = "raw";
      description = "raw value";
      merge = mergeOneOption;
    };
    optionType = mkOptionType {
      name = "optionType";
      description = "option type";
      check = isOptionType;
      merge =
        loc: defs:
        let
          merged = builtins.foldl' (a: b: if a == null then null else mergeTypes a b) (head defs).value (map (d: d.value) (builtins.tail defs));
        in
        if merged == null then throw "The option '${showOption loc}' has types that do not combine:${showDefs defs}" else merged;
    };

    bool = scalar "bool" "boolean" isBool;
    boolByOr = mkOptionType {
      name = "boolByOr";
      description = "boolean (merged by or)";
      check = isBool;
      merge = _: defs: builtins.any (def: def.value) defs;
    };
    int = scalar "int" "signed integer" isInt;
    float = scalar "float" "floating point number" isFloat;
    number = scalar "number" "number" (v: isInt v || isFloat v);
    numbers = {
      nonnegative = scalar "numberNonnegative" "nonnegative number" (v: (isInt v || isFloat v) && v >= 0);
      positive = scalar "numberPositive" "positive number" (v: (isInt v || isFloat v) && v > 0);
      between = lo: hi: scalar "numberBetween" "number between ${toString lo} and ${toString hi}" (v: (isInt v || isFloat v) && v >= lo && v <= hi);
    };
    ints = {
      between = lo: hi: between lo hi "integer between ${toString lo} and ${toString hi} (both inclusive)";
      unsigned = between 0 null "unsigned integer, meaning >=0";
      positive = between 1 null "positive integer, meaning >0";
      u8 = between 0 255 "8 bit unsigned integer";
      u16 = between 0 65535 "16 bit unsigned integer";
      u32 = between 0 4294967295 "32 bit unsigned integer";
      s8 = between (-128) 127 "8 bit signed integer";
      s16 = between (-32768) 32767 "16 bit signed integer";
      s32 = between (-2147483648) 2147483647 "32 bit signed integer";
    };
    port = ints.u16 // {
      description = "port: 16 bit unsigned integer";
    };

    str = scalar "str" "string" isString;
    nonEmptyStr = scalar "nonEmptyStr" "non-empty string" (v: isString v && match "[ \t\n]*" v == null);
    singleLineStr = mkOptionType {
      name = "singleLineStr";
      description = "(optionally newline-terminated) single-line string";
      check = v: isString v && match "[^\n\r]*\n?" v != null;
      merge = loc: defs: lib.removeSuffix "\n" (mergeEqualOption loc defs);
    };
    strMatching =
      pattern: scalar "strMatching ${pattern}" "string matching the pattern ${pattern}" (v: isString v && match pattern v != null);
    separatedString =
      sep:
      mkOptionType {
        name = "separatedString";
        description = "strings concatenated with ${builtins.toJSON sep}";
        check = isString;
        merge = _: defs: concatStringsSep sep (getValues defs);
      };
    lines = separatedString "\n" // {
      description = "strings concatenated with \"\\n\"";
    };
    commas = separatedString ",";
    envVar = separatedString ":";
    passwdEntry =
      elem:
      elem
      // {
        name = "passwdEntry ${elem.name}";
        description = "${elem.description}, not containing newlines or colons";
        check = v: elem.check v && !lib.hasInfix "\n" v && !lib.hasInfix ":" v;
      };

    path = scalar "path" "absolute path" (v: lib.isStringLike v && builtins.substring 0 1 (toString v) == "/");
    pathInStore = scalar "pathInStore" "path in the Nix store" (
      v: lib.isStringLike v && match "${builtins.storeDir}/[^.].*" (toString v) != null
    );
    pathWith = { absolute ? null, inStore ? null }: if inStore == true then pathInStore else if absolute == true then path else str;
    externalPath = path;
    package = mkOptionType {
      name = "package";
      description = "package";
      check = v: lib.isDerivation v || (lib.isStringLike v && lib.isStorePath v);
      merge = mergeOneOption;
    };
    shellPackage = package // {
      name = "shellPackage";
      description = "package that is a shell (has shellPath)";
      check = v: lib.isDerivation v && v ? shellPath;
    };
    pkgs = mkOptionType {
      name = "pkgs";
      description = "Nixpkgs package set";
      check = v: isAttrs v && v._type or null == "pkgs";
      merge = mergeOneOption;
    };

    enum =
      values:
      mkOptionType {
        name = "enum";
        description = "one of ${lib.concatMapStringsSep ", " builtins.toJSON values}";
        check = v: elem v values;
        merge = mergeEqualOption;
        inherit values;
        combine = other: enum (lib.unique (values ++ other.values));
      };
    nullOr =
      elem:
      wrap nullOr elem {
        name = "nullOr";
        description = "null or ${elem.description}";
        check = v: v == null || elem.check v;
        emptyValue.value = null;
        merge =
          loc: defs:
          let
            nulls = filter (def: def.value == null) defs;
          in
          if length nulls == length defs then
            null
          else if nulls != [ ] then
            throw "The option '${showOption loc}' is defined both null and not null:${showDefs defs}"
          else
            elem.merge loc defs;
        inherit (elem) getSubOptions;
      };
    either =
      a: b:
      mkOptionType {
        name = "either";
        description = "${a.description} or ${b.description}";
        check = v: a.check v || b.check v;
        nested = {
          left = a;
          right = b;
        };
        merge =
          loc: defs:
          if all (def: a.check def.value) defs then
            a.merge loc defs
          else if all (def: b.check def.value) defs then
            b.merge loc defs
          else
            mergeOneOption loc defs;
        combine =
          other:
          let
            left = mergeTypes a other.nested.left;
            right = mergeTypes b other.nested.right;
          in
          if left == null || right == null then null else either left right;
      };
    oneOf = ts: if length ts == 1 then head ts else either (head ts) (oneOf (builtins.tail ts));
    coercedTo =
      from: coerce: to:
      mkOptionType {
        name = "coercedTo";
        description = "${to.description} or ${from.description} convertible to it";
        check = v: (from.check v && to.check (coerce v)) || to.check v;
        inherit (to) emptyValue getSubOptions;
        merge =
          loc: defs:
          to.merge loc (map (def: def // { value = if from.check def.value then coerce def.value else def.value; }) defs);
      };
    addCheck = elem: check: elem // { check = v: elem.check v && check v; };
    uniq = elem: unique { message = ""; } elem;
    unique =
      { message }:
      elem:
      elem
      // {
        merge = lib.options.mergeUniqueOption {
          inherit message;
          inherit (elem) merge;
        };
      };

    listOf =
      elem:
      wrap listOf elem {
        name = "listOf";
        description = "list of ${elem.description}";
        check = isList;
        emptyValue.value = [ ];
        merge =
          loc: defs:
          map (m: m.value) (
            filter (m: m.isDefined) (
              concatLists (
                lib.imap1 (
                  n: def:
                  lib.imap1 (
                    m: value:
                    mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elem [
                      {
                        inherit (def) file;
                        inherit value;
                      }
                    ]
                  ) def.value
                ) defs
              )
            )
          );
        getSubOptions = prefix: elem.getSubOptions (prefix ++ [ "*" ]);
      };
    nonEmptyListOf =
      elem:
      addCheck (listOf elem) (l: l != [ ])
      // {
        description = "non-empty list of ${elem.description}";
        emptyValue = { };
      };
    attrs = mkOptionType {
      name = "attrs";
      description = "attribute set";
      check = isAttrs;
      emptyValue.value = { };
      merge = _: defs: builtins.foldl' (acc: def: acc // def.value) { } defs;
    };
    attrsOf = mkAttrsOf false attrsOf;
    lazyAttrsOf = mkAttrsOf true lazyAttrsOf;
    attrsWith =
      {
        elemType,
        lazy ? false,
        placeholder ? "name",
      }:
      if lazy then lazyAttrsOf elemType else attrsOf elemType;
    loaOf = attrsOf;
    functionTo =
      elem:
      wrap functionTo elem {
        name = "functionTo";
        description = "function that evaluates to a(n) ${elem.description}";
        check = lib.isFunction;
        merge =
          loc: defs: arg:
          (mergeDefinitions (loc ++ [ "<function body>" ]) elem (map (def: def // { value = def.value arg; }) defs)).value;
      };
    # Merges what can be merged, by shape.
    anything = mkOptionType {
      name = "anything";
      description = "anything";
      merge =
        loc: defs:
        let
          values = getValues defs;
          allOf = p: all p values;
          rec' = loc: defs: (mergeDefinitions loc anything defs).value;
        in
        if length values == 1 && !isAttrs (head values) then
          head values
        else if allOf lib.isDerivation then
          mergeEqualOption loc defs
        else if allOf isAttrs then
          (lazyAttrsOf anything).merge loc defs
        else if allOf isList then
          concatLists values
        else if allOf lib.isFunction then
          arg: rec' loc (map (def: def // { value = def.value arg; }) defs)
        else
          mergeEqualOption loc defs;
    };

    submodule =
      modules:
      submoduleWith {
        shorthandOnlyDefinesConfig = true;
        modules = lib.toList modules;
      };
    submoduleWith =
      spec@{
        modules,
        specialArgs ? { },
        shorthandOnlyDefinesConfig ? false,
        description ? null,
        class ? null,
      }:
      mkOptionType {
        name = "submodule";
        description = if description != null then description else "submodule";
        check = v: isAttrs v || lib.isFunction v || isPath v;
        emptyValue.value = { };
        inherit spec;
        merge =
          loc: defs:
          (lib.evalModules {
            prefix = loc;
            inherit specialArgs class;
            modules = [ { _module.args.name = lib.mkDefault (lib.last loc); } ] ++ modules ++ map (
              def:
              if isAttrs def.value && shorthandOnlyDefinesConfig then
                {
                  _file = def.file;
                  config = def.value;
                }
              else
                {
                  _file = def.file;
                  imports = [ def.value ];
                }
            ) defs;
          }).config;
        getSubOptions =
          prefix:
          (lib.evalModules {
            inherit prefix specialArgs;
            check = false;
            modules = [ { _module.args.name = "<name>"; } ] ++ modules;
          }).options;
        combine =
          other:
          submoduleWith (
            spec
            // {
              modules = modules ++ other.spec.modules;
              specialArgs = specialArgs // other.spec.specialArgs or { };
            }
          );
      };
    deferredModule = mkOptionType {
      name = "deferredModule";
      description = "module";
      check = v: isAttrs v || lib.isFunction v || isPath v || isString v;
      merge = loc: defs: {
        imports = map (def: lib.setDefaultModuleLocation "${def.file}, via option ${showOption loc}" def.value) defs;
      };
    };
    deferredModuleWith = { staticModules ? [ ] }: deferredModule;
  };
in
removeAttrs types [ "mkSelf" ]
