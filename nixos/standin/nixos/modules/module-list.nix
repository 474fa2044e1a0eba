# SPDX-License-Identifier: GPL-2.0-or-later
# Every module of the stand-in. What no file here declares, does not exist.
[
  ./config/environment.nix
  ./config/locale.nix
  ./config/users.nix
  ./misc/assertions.nix
  ./misc/documentation.nix
  ./misc/nix.nix
  ./misc/nixpkgs.nix
  ./misc/version.nix
  ./programs/programs.nix
  ./services/databases.nix
  ./services/misc.nix
  ./services/nfs.nix
  ./services/openssh.nix
  ./services/virtualisation.nix
  ./standin/spec.nix
  ./standin/toplevel.nix
  ./standin/unsupported.nix
  ./system/boot.nix
  ./system/filesystems.nix
  ./system/networking.nix
  ./system/networkd.nix
  ./system/security.nix
  ./system/systemd.nix
]
