# SPDX-License-Identifier: GPL-2.0-or-later
# What scripts/check-nixpkgs evaluates of the library: <platform>.<name>, a derivation each.
{
  # Absolute paths, as strings.
  nixpkgs,
  linux,
}:
let
  path = /. + nixpkgs;
  plain = import (path + "/lib");
  # What nixpkgs's own flake adds to its library.
  lib = plain // {
    nixosSystem =
      arguments:
      import (path + "/nixos/lib/eval-config.nix") (
        {
          inherit lib;
          system = null;
        }
        // arguments
      );
  };

  # A trimmed nixpkgs may have an empty package in place of pandoc, which GNOME's spelling checker asks.
  pandoc = _: prev: {
    pandoc = { compiler.bootstrapAvailable = true; } // prev.pandoc;
  };

  self = library // {
    overlays = library.overlays // {
      default = plain.composeExtensions library.overlays.default pandoc;
    };
  };
  library = (import ../nixos/flake/flake.nix).outputs {
    inherit self;
    nixpkgs = flake;
  };
  flake = {
    inherit lib;
    outPath = path;
    legacyPackages = plain.genAttrs (builtins.attrNames library.packages) (system: import path { inherit system; });
  };

  kernelFromTree =
    system: settings:
    (lib.nixosSystem {
      modules = [
        library.nixosModules.backends.libvirt
        {
          nixpkgs.hostPlatform = system;
          nixos-flake.kernel = {
            flavor = "source";
            source = /. + linux;
          }
          // settings;
        }
      ];
    }).config.system.build.toplevel;
  fromTemplate =
    template:
    ((import (template.path + "/flake.nix")).outputs {
      self = { };
      nixpkgs = flake;
      nixos-flake = library;
    }).packages;
  prefixed = prefix: plain.mapAttrs' (name: plain.nameValuePair "${prefix}-${name}");
in
plain.mapAttrs (
  system: checks:
  checks
  // (import ../nixos/flake/checks {
    inherit self;
    nixpkgs = flake;
    pkgs = import path {
      inherit system;
      overlays = [ self.overlays.default ];
    };
  }).further
  // prefixed "package" library.packages.${system}
  // prefixed "shell" library.devShells.${system}
  // {
    formatter = library.formatter.${system};
    kernel-tree = kernelFromTree system { };
    kernel-tree-small = kernelFromTree system {
      allModules = false;
      ccache = true;
      fragments = [ ../nixos/flake/checks/fragment.config ];
    };
  }
  # Each says for itself which platform it is for.
  // prefixed "template" (
    plain.mapAttrs (_: template: (fromTemplate template).${system}.toplevel) (
      plain.filterAttrs (_: template: fromTemplate template ? ${system}) library.templates
    )
  )
) library.checks
