# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
{
  escapeSystemdPath = lib.strings.escapeSystemdPath;
  escapeSystemdExecArg =
    arg:
    lib.replaceStrings [ "%" "$" ] [ "%%" "$$" ] (builtins.toJSON (toString arg));
  escapeSystemdExecArgs = lib.concatMapStringsSep " " (
    arg: lib.replaceStrings [ "%" "$" ] [ "%%" "$$" ] (builtins.toJSON (toString arg))
  );
  toShellPath = shell: if shell ? shellPath then "/run/current-system/sw${shell.shellPath}" else toString shell;
}
