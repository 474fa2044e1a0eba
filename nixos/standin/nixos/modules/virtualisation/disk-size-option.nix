# SPDX-License-Identifier: GPL-2.0-or-later
{ lib, ... }:
{
  options.virtualisation.diskSize = lib.mkOption {
    type = lib.types.either (lib.types.enum [ "auto" ]) lib.types.ints.positive;
    default = "auto";
    description = "MiB, or what the system takes and half a gigabyte.";
  };
}
