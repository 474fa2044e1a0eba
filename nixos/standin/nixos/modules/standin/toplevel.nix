# SPDX-License-Identifier: GPL-2.0-or-later
# config.system.build.toplevel: the checked specification as a derivation.
{ config, lib, pkgs, ... }:
let
  failed = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
  checked =
    value:
    if failed != [ ] then
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}"
    else
      lib.showWarnings config.warnings value;
in
{
  system.build.toplevel = checked (
    builtins.derivation {
      name = "nixos-system-${config.system.name}-${config.system.nixos.version}";
      inherit (pkgs) system;
      builder = "/bin/sh";
      spec = builtins.toJSON config.system.build.standinSpec;
      passAsFile = [ "spec" ];
      args = [
        "-c"
        ''
          PATH=/usr/bin:/bin
          mkdir "$out" && cp "$specPath" "$out/standin.json" && echo "${config.system.nixos.version}" > "$out/nixos-version"
        ''
      ];
      preferLocalBuild = true;
      allowSubstitutes = false;
    }
  );
}
