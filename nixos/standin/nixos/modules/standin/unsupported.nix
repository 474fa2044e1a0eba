# SPDX-License-Identifier: GPL-2.0-or-later
# Options that are declared so that modules evaluate, and that the image cannot honour: a value other
# than the default makes its build fail and is named there.
{ config, lib, options, ... }:
let
  fixed = [
    "boot.initrd.supportedFilesystems"
    "boot.loader.efi.canTouchEfiVariables"
    "boot.loader.grub.extraConfig"
    "boot.tmp.cleanOnBoot"
    "boot.tmp.useTmpfs"
    "console.font"
    "console.keyMap"
    "i18n.extraLocaleSettings"
    "networking.domain"
    "networking.enableIPv6"
    "networking.timeServers"
    "networking.usePredictableInterfaceNames"
    "security.sudo.execWheelOnly"
    "services.dbus.enable"
    "services.getty.extraArgs"
    "services.openssh.authorizedKeysInHomedir"
    "services.udev.enable"
    "time.hardwareClockInLocalTime"
  ];
  ofUsers = [
    "autoSubUidGidRange"
    "expires"
    "hashedPasswordFile"
    "homeMode"
    "linger"
  ];
  defaults = {
    autoSubUidGidRange = false;
    expires = null;
    hashedPasswordFile = null;
    homeMode = "700";
    linger = false;
  };
  changed =
    name:
    let
      path = lib.splitString "." name;
      option = lib.getAttrFromPath path options;
      value = lib.getAttrFromPath path config;
    in
    option.highestPrio < 1500 && value != option.default;
in
{
  standin.unsupported =
    builtins.filter changed (fixed ++ lib.optional (!config.standin.imageless) "boot.kernel.enable")
    ++ builtins.concatLists (
      lib.mapAttrsToList (
        user: u: map (name: "users.users.${user}.${name}") (builtins.filter (name: u.${name} != defaults.${name}) ofUsers)
      ) config.users.users
    );
}
