# SPDX-License-Identifier: GPL-2.0-or-later
# The module evaluator: modules in, one checked configuration out.
#
#   load      paths and functions become { file, key, imports, options, config }, each key once
#   declare   option declarations of all modules form one tree
#   define    definitions are pushed down that tree, through mkIf, mkMerge and mkForce,
#             without forcing a value: only names are looked at
#   evaluate  per option: drop false mkIfs, keep the strongest priority, order, check, merge
#
# A definition that meets no declaration is an error unless a freeform type takes it.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    all
    any
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    head
    isAttrs
    isList
    isPath
    isString
    length
    mapAttrs
    tail
    zipAttrsWith
    ;
  inherit (lib.options)
    isOption
    showDefs
    showFiles
    showOption
    ;

  unnamed = "an inline module";

  # ---- load -------------------------------------------------------------------------------

  moduleKeys = [
    "_class"
    "_file"
    "key"
    "disabledModules"
    "imports"
    "freeformType"
  ];

  # A module written down, as { file, key, imports, disabled, options, config }.
  normalise =
    file: key: module:
    let
      named = {
        file = toString (module._file or file);
        key = toString (module.key or key);
        imports = module.imports or [ ];
        disabled = module.disabledModules or [ ];
      };
      freeform = lib.optionalAttrs (module ? freeformType) {
        _module.freeformType = module.freeformType;
      };
      stray = attrNames (
        removeAttrs module (
          moduleKeys
          ++ [
            "options"
            "config"
            "meta"
          ]
        )
      );
    in
    if module ? options || module ? config then
      if stray != [ ] then
        throw "Module ${named.file} has 'options' or 'config' beside '${head stray}'. Move '${head stray}' into 'config'."
      else
        named
        // {
          options = module.options or { };
          configs = [ (module.config or { }) ] ++ lib.optional (module ? meta) { inherit (module) meta; } ++ [ freeform ];
        }
    else
      named
      // {
        options = { };
        configs = [
          (removeAttrs module moduleKeys)
          freeform
        ];
      };

  applyArgs =
    file: args: config: f:
    let
      wanted = lib.functionArgs f;
      value =
        name: _:
        args.${name} or (addErrorContext "while giving module ${file} its argument '${name}'" (
          config._module.args.${name}
            or (throw "Module ${file} takes an argument '${name}' that nobody provides (specialArgs or _module.args).")
        ));
    in
    f (args // mapAttrs value wanted);

  loadModule =
    args: config: file: key: module:
    if lib.isFunction module then
      normalise file key (applyArgs file args config module)
    else if isAttrs module && !(module ? outPath && !(module ? config || module ? options || module ? imports)) then
      if module ? _type && elem module._type [
        "if"
        "override"
        "merge"
      ] then
        normalise file key { config = module; }
      else
        normalise file key module
    else if isPath module || isString module || module ? outPath then
      let
        path = toString module;
        loaded = import module;
      in
      if lib.isFunction loaded then
        normalise path path (applyArgs path args config loaded)
      else if isAttrs loaded then
        normalise path path loaded
      else
        throw "${path} is no module: a function or an attribute set was expected, it is a ${builtins.typeOf loaded}."
    else
      throw "${file} imports something that is no module: a ${builtins.typeOf module}.";

  collectModules =
    args: config: modules:
    let
      loadAll =
        file: key: imports:
        lib.imap1 (i: loadModule args config file "${key}:${toString i}") imports;
      closure = builtins.genericClosure {
        startSet = loadAll unnamed "module" modules;
        operator = m: loadAll m.file m.key m.imports;
      };
      disabledKey = m: if isString m && !lib.hasPrefix "/" m then "${args.modulesPath or ""}/${m}" else toString (m.key or m);
      disabled = map disabledKey (concatMap (m: m.disabled) closure);
    in
    # nixpkgs's order: what is imported, and what comes later in a list, defines first.
    lib.reverseList (if disabled == [ ] then closure else filter (m: !elem m.key disabled) closure);

  # ---- define -----------------------------------------------------------------------------

  # Properties (mkIf, mkMerge, mkForce) around an attribute set, moved onto its attributes.
  pushDown =
    value:
    if !isAttrs value then
      [ value ]
    else
      {
        merge = concatMap pushDown value.contents;
        "if" = map (mapAttrs (_: mkIf value.condition)) (pushDown value.content);
        override = map (mapAttrs (_: mkOverride value.priority)) (pushDown value.content);
      }
      .${if isString (value._type or null) then value._type else ""} or [ value ];

  # ---- evaluate ---------------------------------------------------------------------------

  # mkIf and mkMerge gone; overrides stay, as { file, value, priority }.
  discharge =
    def:
    let
      go =
        value:
        let
          kind = if isAttrs value then value._type or null else null;
        in
        if kind == "merge" then
          concatMap go value.contents
        else if kind == "if" then
          if builtins.isBool value.condition then
            (if value.condition then go value.content else [ ])
          else
            throw "lib.mkIf in ${toString def.file} has a condition that is no boolean."
        else if kind == "override" then
          # As in nixpkgs, no mkIf or mkMerge is looked for inside a mkForce.
          [
            {
              inherit (def) file;
              inherit (value) priority;
              value = value.content;
            }
          ]
        else
          [
            {
              inherit (def) file;
              inherit value;
              priority = defaultOverridePriority;
            }
          ];
    in
    go def.value;

  # The strongest definitions, in order.
  strongest =
    defs:
    let
      discharged = concatMap discharge defs;
      best = foldl' (p: def: lib.min p def.priority) 9999 discharged;
      kept = filter (def: def.priority == best) discharged;
      isOrder = def: isAttrs def.value && def.value._type or null == "order";
      unwrapped = map (
        def:
        if isOrder def then
          def
          // {
            order = def.value.priority;
            value = def.value.content;
          }
        else
          def // { order = defaultOrderPriority; }
      ) kept;
    in
    {
      priority = best;
      defs = if any isOrder kept then builtins.sort (a: b: a.order < b.order) unwrapped else unwrapped;
    };

  # loc -> type -> [{ file, value }] -> { isDefined, value, defs, priority }
  mergeDefinitions =
    loc: type: defs:
    let
      chosen = strongest defs;
      wrong = filter (def: !type.check def.value) chosen.defs;
    in
    {
      inherit (chosen) defs priority;
      isDefined = chosen.defs != [ ];
      value =
        if wrong != [ ] then
          throw "A definition for option '${showOption loc}' is not of type '${type.description}'. Definition values:${showDefs wrong}"
        else if chosen.defs != [ ] then
          type.merge loc chosen.defs
        else if type.emptyValue or { } ? value then
          type.emptyValue.value
        else
          throw "The option '${showOption loc}' is used but has no value. Set it in the configuration.";
    };

  # Several declarations of one option as one.
  mergeDeclarations =
    loc: decls:
    foldl' (
      acc: decl:
      let
        option = decl.options;
        again =
          what: throw "The option '${showOption loc}' is declared twice with ${what}: in ${showFiles (acc.declarations ++ [ decl.file ])}.";
        type =
          if !(acc ? type) then
            option.type or null
          else if !(option ? type) then
            acc.type
          else
            let
              merged = lib.types.mergeTypes acc.type option.type;
            in
            if merged == null then again "types that do not combine ('${acc.type.description}', '${option.type.description}')" else merged;
      in
      (if acc ? default && option ? default then again "a default" else acc // option)
      // {
        declarations = acc.declarations ++ [ decl.file ];
      }
      // lib.optionalAttrs (type != null) { inherit type; }
    ) { declarations = [ ]; } decls;

  evalOption =
    loc: decls: defs:
    let
      declared = mergeDeclarations loc decls;
      type = declared.type or lib.types.unspecified;
      withDefault =
        lib.optional (declared ? default) {
          file = head declared.declarations;
          value = mkOptionDefault declared.default;
        }
        ++ defs;
      merged = mergeDefinitions loc type withDefault;
      written = filter (def: def.priority < 1500) (concatMap discharge defs);
      value =
        if declared.readOnly or false && length written > 1 then
          throw "The option '${showOption loc}' is read-only, but set several times:${showDefs written}"
        else
          addErrorContext "while evaluating the option '${showOption loc}'" (
            (declared.apply or lib.id) merged.value
          );
    in
    {
      inherit value;
      option = declared // {
        _type = "option";
        inherit loc type value;
        inherit (merged) isDefined;
        highestPrio = merged.priority;
        definitions = map (def: def.value) merged.defs;
        files = map (def: def.file) merged.defs;
        definitionsWithLocations = map (def: { inherit (def) file value; }) merged.defs;
        __toString = _: showOption loc;
      };
      unmatched = [ ];
    };

  evalTree =
    loc: decls: defs:
    let
      setsOnly =
        kind: { file, value }:
        if isAttrs value then
          value
        else
          throw "${kind} '${showOption loc}' in ${toString file} is a ${builtins.typeOf value}; an attribute set was expected.";
      declsByName = zipAttrsWith (_: values: values) (
        map (
          d:
          mapAttrs (_: options: { inherit (d) file; inherit options; }) (
            setsOnly "The option tree" {
              inherit (d) file;
              value = d.options;
            }
          )
        ) decls
      );
      defsByName = zipAttrsWith (_: values: values) (
        map (
          d:
          let
            set = setsOnly "The definition of" d;
          in
          mapAttrs (name: value: {
            inherit (d) file;
            inherit value;
            position = builtins.unsafeGetAttrPos name set;
          }) set
        ) defs
      );
      matched = mapAttrs (
        name: ds:
        let
          here = loc ++ [ name ];
          given = defsByName.${name} or [ ];
          options = filter (d: isOption d.options) ds;
          groups = filter (d: !isOption d.options) ds;
        in
        if groups == [ ] then
          evalOption here ds given
        else if options != [ ] then
          throw "'${showOption here}' is an option in ${showFiles (map (d: d.file) options)} and a group of options in ${showFiles (map (d: d.file) groups)}."
        else
          evalTree here ds (
            concatMap (
              d:
              map (value: {
                inherit (d) file;
                inherit value;
              }) (pushDown d.value)
            ) given
          )
      ) declsByName;
      strangers = removeAttrs defsByName (attrNames declsByName);
    in
    {
      value = mapAttrs (_: m: m.value) matched;
      option = mapAttrs (_: m: m.option) matched;
      unmatched =
        concatMap (name: matched.${name}.unmatched) (attrNames (builtins.intersectAttrs defsByName matched))
        ++ concatLists (
          lib.mapAttrsToList (
            name:
            map (
              def:
              def
              // {
                loc = loc ++ [ name ];
                siblings = attrNames declsByName;
              }
            )
          ) strangers
        );
    };

  # For messages: the line it was written in, where Nix still knows it.
  whereWritten =
    def:
    if def.position or null != null then "${def.position.file}:${toString def.position.line}" else toString def.file;

  strangerMessage =
    def:
    let
      parent = lib.init def.loc;
      known = filter (n: n != "_module") def.siblings;
    in
    "The option '${showOption def.loc}' does not exist. It is set in ${whereWritten def}."
    + lib.optionalString (known != [ ] && length known <= 40)
      "\n${if parent == [ ] then "At the top there are" else "'${showOption parent}' has"}: ${concatStringsSep " " known}."
    + "\nCheck the spelling. An option of real NixOS that this stand-in lacks: declare it in nixos/standin/nixos/modules, or evaluate against nixpkgs.";

  defaultOverridePriority = 100;
  defaultOrderPriority = 1000;

  # What every evaluation declares.
  internalModule = {
    _file = "lib/modules.nix";
    key = "lib/modules.nix";
    options._module = {
      args = lib.mkOption {
        type = lib.types.lazyAttrsOf lib.types.raw;
        default = { };
      };
      check = lib.mkOption {
        type = lib.types.bool;
        default = true;
      };
      freeformType = lib.mkOption {
        type = lib.types.nullOr lib.types.optionType;
        default = null;
      };
    };
  };

  # { modules, specialArgs, prefix } -> { config, options, extendModules, type, ... }
  evalModules =
    evalArgs@{
      modules,
      prefix ? [ ],
      specialArgs ? { },
      check ? true,
      class ? null,
    }:
    let
      args = {
        inherit lib;
        config = tree.config;
        options = tree.option;
        _class = class;
        inherit extendModules;
      }
      // lib.optionalAttrs (prefix != [ ]) { _prefix = prefix; }
      // specialArgs;
      collected = collectModules args tree.config ([ internalModule ] ++ modules);
      evaluated = evalTree prefix (map (m: { inherit (m) file options; }) collected) (
        concatMap (
          m:
          map (value: {
            inherit (m) file;
            inherit value;
          }) (concatMap pushDown m.configs)
        ) collected
      );
      inherit (evaluated.value._module) freeformType;
      # Definitions without a declaration, where a freeform type takes them.
      freeform = freeformType.merge prefix (
        map (def: {
          inherit (def) file;
          value = lib.setAttrByPath (lib.drop (length prefix) def.loc) def.value;
        }) evaluated.unmatched
      );
      tree = evaluated // {
        config =
          if freeformType == null then
            evaluated.value
          else
            lib.recursiveUpdateUntil (_: l: r: !(isAttrs l && isAttrs r) || lib.isDerivation l || lib.isDerivation r) freeform
              evaluated.value;
      };
      checked =
        if check && evaluated.value._module.check && freeformType == null && evaluated.unmatched != [ ] then
          throw (strangerMessage (head evaluated.unmatched))
        else
          null;
      config = builtins.seq checked (removeAttrs tree.config [ "_module" ]);
      extendModules =
        more@{
          modules ? [ ],
          specialArgs ? { },
          prefix ? [ ],
        }:
        evalModules (
          evalArgs
          // {
            modules = evalArgs.modules ++ modules;
            specialArgs = evalArgs.specialArgs or { } // specialArgs;
          }
          // lib.optionalAttrs (more ? prefix) { inherit prefix; }
        );
    in
    {
      inherit config class extendModules;
      options = builtins.seq checked evaluated.option;
      _module = tree.config._module;
      _type = "configuration";
      type = lib.types.submoduleWith { inherit modules specialArgs class; };
    };

  # ---- the words modules write ---------------------------------------------------------------

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkOptionDefault = mkOverride 1500;
  definitionsOf = option: mkIf option.isDefined (mkMerge (map (mkOverride option.highestPrio) option.definitions));

  renameModule =
    {
      from,
      to,
      warning ? null,
    }:
    { config, options, ... }:
    let
      target = lib.getAttrFromPath to options;
    in
    {
      options = lib.setAttrByPath from (
        lib.mkOption {
          visible = false;
          description = "Alias of ${showOption to}.";
          type = target.type or lib.types.unspecified;
          apply = _: lib.getAttrFromPath to config;
        }
      );
      config = mkMerge [
        (lib.optionalAttrs (warning != null && options ? warnings) {
          warnings = lib.optional (lib.getAttrFromPath from options).isDefined warning;
        })
        (lib.setAttrByPath to (definitionsOf (lib.getAttrFromPath from options)))
      ];
    };
in
{
  inherit
    evalModules
    mergeDefinitions
    mkIf
    mkMerge
    mkOptionDefault
    mkOrder
    mkOverride
    pushDown
    defaultOverridePriority
    defaultOrderPriority
    ;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkAssert = condition: message: content: mkIf (if condition then true else throw "\nFailed assertion: ${message}") content;
  mkDefinition = attrs: attrs // { _type = "definition"; };
  mkAliasDefinitions = definitionsOf;
  mkAliasAndWrapDefinitions = wrap: option: mkIf option.isDefined (wrap (mkMerge option.definitions));

  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };
  importApply = file: arg: lib.setDefaultModuleLocation file (import file arg);

  mkAliasOptionModule = from: to: renameModule { inherit from to; };
  mkRenamedOptionModule =
    from: to:
    renameModule {
      inherit from to;
      warning = "The option '${showOption from}' is now '${showOption to}'.";
    };
  mkRemovedOptionModule =
    path: instructions:
    { options, ... }:
    let
      option = lib.getAttrFromPath path options;
    in
    {
      options = lib.setAttrByPath path (
        lib.mkOption {
          visible = false;
          apply = _: throw "The option '${showOption path}' was removed. ${instructions}";
        }
      );
      config.assertions = [
        {
          assertion = !option.isDefined;
          message = "The option '${showOption path}', set in ${showFiles option.files}, was removed. ${instructions}";
        }
      ];
    };
}
