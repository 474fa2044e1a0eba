# SPDX-License-Identifier: GPL-2.0-or-later
# What every installer is: a live system, open on its console.
{ lib, ... }:
{
  imports = [ ./iso-image.nix ];

  isoImage.makeEfiBootable = true;
  isoImage.makeUsbBootable = true;

  documentation.enable = lib.mkImageMediaOverride true;
  networking.networkmanager.enable = true;
  programs.git.enable = lib.mkDefault true;
  security.polkit.enable = true;
  security.sudo.wheelNeedsPassword = lib.mkImageMediaOverride false;
  services.getty.autologinUser = "nixos";
  services.openssh.enable = lib.mkDefault true;
  services.openssh.settings.PermitRootLogin = lib.mkDefault "yes";
  swapDevices = lib.mkImageMediaOverride [ ];
  system.nixos.variant_id = lib.mkDefault "installer";
  system.stateVersion = lib.mkDefault lib.trivial.release;
  users.users.nixos = {
    isNormalUser = true;
    extraGroups = [
      "networkmanager"
      "video"
      "wheel"
    ];
    initialHashedPassword = "";
  };
  users.users.root.initialHashedPassword = "";
  nix.settings.trusted-users = [ "nixos" ];
}
