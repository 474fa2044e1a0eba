same as templates/nix/repl.nix
