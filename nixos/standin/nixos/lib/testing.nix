# SPDX-License-Identifier: GPL-2.0-or-later
# pkgs.testers.runNixOSTest: every machine and the script of a test evaluate; the driver and the run are
# refused when built.
{
  lib,
  pkgs,
  test,
}:
let
  inherit (lib) mkOption types;
  option = type: default: mkOption { inherit type default; };
  module = option types.deferredModule { };

  machine =
    { config, ... }:
    import ./eval-config.nix {
      inherit lib;
      system = null;
      specialArgs = config.node.specialArgs // {
        inherit (config) nodes;
      };
      modules = [
        ../modules/virtualisation/qemu-vm.nix
        config.defaults
        config.extraBaseModules
        (
          { name, ... }:
          {
            _file = "nixos/lib/testing.nix";
            options.virtualisation.vlans = option (types.listOf types.ints.unsigned) [ 1 ];
            options.virtualisation.test.nodeName = option types.str name;
            config = {
              networking.hostName = lib.mkDefault name;
              users.users.root.initialHashedPassword = lib.mkOverride 150 "";
              # As there, unless the test says otherwise, machines get the test's packages and no others.
              nixpkgs.pkgs = lib.mkIf config.node.pkgsReadOnly pkgs;
            };
          }
        )
      ];
    };

  evaluated =
    (lib.evalModules {
      specialArgs.hostPkgs = pkgs;
      modules = [
        (args: {
          _file = "nixos/lib/testing.nix";
          options = {
            name = mkOption { type = types.str; };
            nodes = mkOption {
              type = types.lazyAttrsOf (machine args).type;
              default = { };
            };
            defaults = module;
            extraBaseModules = module;
            interactive = module;
            node.pkgs = option (types.nullOr types.pkgs) pkgs;
            node.pkgsReadOnly = option types.bool true;
            node.specialArgs = option (types.lazyAttrsOf types.raw) { };
            testScript = mkOption { type = types.either types.str (types.functionTo types.str); };
            enableOCR = option types.bool false;
            extraPythonPackages = option (types.functionTo (types.listOf types.package)) (_: [ ]);
            globalTimeout = option types.ints.unsigned 3600;
            hostPkgs = option types.raw pkgs;
            meta = option types.attrs { };
            passthru = option (types.lazyAttrsOf types.raw) { };
            qemu.forceAccel = option types.bool false;
            requiredFeatures = option (types.attrsOf types.bool) { };
            skipLint = option types.bool false;
            skipTypeCheck = option types.bool false;
          };
        })
        test
      ];
    }).config;

  # nixpkgs forbids node modules to change what all machines share.
  overlays = builtins.filter (name: evaluated.nodes.${name}.nixpkgs.overlays != [ ]) (
    builtins.attrNames evaluated.nodes
  );
  script =
    if lib.isFunction evaluated.testScript then
      evaluated.testScript { inherit (evaluated) nodes; }
    else
      evaluated.testScript;
  refuse =
    name:
    if evaluated.node.pkgsReadOnly && overlays != [ ] then
      throw "the test ${evaluated.name}: node ${lib.head overlays} sets nixpkgs.overlays; give the overlays to the test's pkgs, or set node.pkgsReadOnly = false"
    else
      import ./refuse.nix {
        inherit pkgs name;
        why = "a NixOS test";
        needs = [
          script
          (map (node: node.system.build.toplevel.drvPath) (builtins.attrValues evaluated.nodes))
        ];
      };
  driver = refuse "nixos-test-driver-${evaluated.name}";
in
refuse "vm-test-run-${evaluated.name}"
// {
  config = evaluated;
  inherit driver;
  driverInteractive = driver;
  inherit (evaluated) nodes;
}
