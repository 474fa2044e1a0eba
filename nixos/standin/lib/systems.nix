# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
{
  # A platform as modules see it in stdenv.hostPlatform: from "x86_64-linux" or { system = ...; }.
  elaborate =
    spec:
    let
      system = if builtins.isString spec then spec else spec.system;
      cpu = builtins.head (lib.splitString "-" system);
    in
    if
      !builtins.elem system [
        "x86_64-linux"
        "aarch64-linux"
      ]
    then
      throw "stand-in: no system '${system}'; it has x86_64-linux and aarch64-linux"
    else
      {
        inherit system;
        config = "${cpu}-unknown-linux-gnu";
        isLinux = true;
        isDarwin = false;
        isx86 = cpu == "x86_64";
        isx86_64 = cpu == "x86_64";
        isAarch64 = cpu == "aarch64";
        is64bit = true;
        linuxArch = if cpu == "x86_64" then "x86_64" else "arm64";
        parsed.cpu.name = cpu;
        __toString = platform: platform.config;
      };

  flakeExposed = [
    "x86_64-linux"
    "aarch64-linux"
  ];
}
