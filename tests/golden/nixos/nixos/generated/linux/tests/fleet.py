same as templates/nix/fleet.py
