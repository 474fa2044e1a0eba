# SPDX-License-Identifier: GPL-2.0-or-later
# flake.nix for a Nix without flakes: <nixpkgs> is nixpkgs, sources.nix names the other inputs.
let
  data = import ./sources.nix;
  nixpkgsPath = toString <nixpkgs>;
  lib = import (nixpkgsPath + "/lib");

  # As nix-build '<nixpkgs/nixos>' has it: nothing in a system tells that it was built another way.
  nixpkgs = {
    outPath = nixpkgsPath;
    lib = lib // {
      nixosSystem =
        args:
        import (nixpkgsPath + "/nixos/lib/eval-config.nix") (
          {
            inherit lib;
            system = null;
          }
          // args
        );
    };
    legacyPackages = lib.genAttrs lib.systems.flakeExposed (system: import nixpkgsPath { inherit system; });
  };

  # A flake's outputs, with these inputs.
  call =
    directory: inputs:
    let
      flake = import (directory + "/flake.nix");
      wanted = removeAttrs (builtins.functionArgs flake.outputs) [ "self" ];
      missing = builtins.filter (name: !wanted.${name} && !(inputs ? ${name})) (builtins.attrNames wanted);
      self =
        flake.outputs (inputs // { inherit self; })
        // {
          inherit inputs;
          outPath = directory;
        };
    in
    if missing == [ ] then
      self
    else
      throw "${directory}/flake.nix has inputs that need flakes: ${toString missing}; set CONFIG_NIXOS_USE_FLAKES=y";

  nixos-flake = call data.library { inherit nixpkgs; };
  inputs = {
    inherit nixpkgs nixos-flake;
  }
  // data.sources;
  self = call (toString ./.) inputs;

  # <nixpkgs/nixos> passes no special arguments to modules, and `imports` cannot wait for _module.args:
  # modules that ask for them get them here. A file stays one module however often it is imported.
  special = {
    inherit nixos-flake;
    inputs = inputs // {
      inherit self;
    };
  };
  bind =
    module:
    let
      file = builtins.isPath module || builtins.isString module;
      value = if file then import module else module;
      arguments = builtins.functionArgs value;
      follow =
        body:
        body
        // {
          imports = map bind (body.imports or [ ]);
        }
        // lib.optionalAttrs file {
          _file = toString module;
          key = toString module;
        };
    in
    if builtins.isFunction value && builtins.intersectAttrs special arguments != { } then
      lib.setFunctionArgs (args: follow (value (args // builtins.intersectAttrs arguments special))) (
        removeAttrs arguments (builtins.attrNames special)
      )
    else if !file && builtins.isAttrs value && value ? imports then
      follow value
    else
      module;
in
{
  inherit self;
  modules = map bind self.nixosModules.default.imports;
}
