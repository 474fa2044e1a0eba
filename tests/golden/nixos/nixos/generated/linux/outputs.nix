same as templates/nix/outputs.nix
