# SPDX-License-Identifier: GPL-2.0-or-later
# What the stand-in has and nixpkgs has not: a list of names, empty if every module that evaluates on
# the stand-in finds the same options, packages and functions there.
{
  nixpkgs,
  system ? "x86_64-linux",
}:
let
  standin = ../../nixos/standin;
  evaluate =
    path:
    import (path + "/nixos/lib/eval-config.nix") {
      lib = import (path + "/lib");
      system = null;
      modules = [ { nixpkgs.hostPlatform = system; } ];
    };
  lib = import (standin + "/lib");
  real = import nixpkgs {
    inherit system;
    # The stand-in also has what the library adds.
    overlays = [ (import ../../nixos/flake/overlays) ];
  };
  own = import standin { inherit system; };

  options =
    let
      theirs = (evaluate nixpkgs).options;
      # A group of options here may be one option with a submodule there.
      known =
        loc: tree:
        loc == [ ]
        || (tree._type or null) == "option"
        || (tree ? ${builtins.head loc} && known (builtins.tail loc) tree.${builtins.head loc});
      leaves =
        loc: tree:
        builtins.concatMap (
          name:
          let
            here = loc ++ [ name ];
            node = tree.${name};
          in
          if (node._type or null) == "option" then [ here ] else leaves here node
        ) (builtins.attrNames tree);
      ours = leaves [ ] (removeAttrs (evaluate standin).options [
        "_module"
        "standin"
        "meta"
      ]);
    in
    map (loc: "option ${lib.showOption loc}") (builtins.filter (loc: !known loc theirs) ours);

  missing =
    what: theirs: ours:
    map (name: "${what} ${name}") (builtins.filter (name: !(theirs ? ${name})) (builtins.attrNames ours));
in
options
++ missing "package" real own
++ missing "python3Packages" real.python3Packages own.python3Packages
++ missing "perlPackages" real.perlPackages own.perlPackages
++ missing "linuxPackages" real.linuxPackages own.linuxPackages
++ missing "lib" real.lib own.lib
++ missing "lib.types" real.lib.types own.lib.types
