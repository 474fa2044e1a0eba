# SPDX-License-Identifier: GPL-2.0-or-later
# system.build.vm: the system once more, as a machine to run by hand; what virtualisation.vmVariant says
# holds for that machine only.
{ config, lib, extendModules, ... }:
let
  vm = extendModules { modules = [ ./qemu-vm.nix ]; };
  withBootLoader = vm.extendModules { modules = [ { virtualisation.useBootLoader = true; } ]; };
  variant =
    system:
    lib.mkOption {
      inherit (system) type;
      default = { };
    };
in
{
  options.virtualisation.vmVariant = variant vm;
  options.virtualisation.vmVariantWithBootLoader = variant withBootLoader;
  config.system.build = {
    vm = lib.mkDefault config.virtualisation.vmVariant.system.build.vm;
    vmWithBootLoader = lib.mkDefault config.virtualisation.vmVariantWithBootLoader.system.build.vm;
  };
}
