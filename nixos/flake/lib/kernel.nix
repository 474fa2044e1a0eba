# SPDX-License-Identifier: GPL-2.0-or-later
# What a kernel tree and a configuration fragment say, read while evaluating: both are source files, so
# nothing has to be built before the system is known.
{ lib }:
let
  inherit (builtins)
    elemAt
    match
    pathExists
    readDir
    readFile
    ;

  lines = path: lib.splitString "\n" (readFile path);

  # One line of a fragment: nothing (blank, comment) or { NAME = { value; line; }; }. The value is "y", "m",
  # "n", or the text of a string or number without its quotes.
  readLine =
    path: number: line:
    let
      set = match "CONFIG_([A-Za-z0-9_]+)=(.+)" line;
      unset = match "# CONFIG_([A-Za-z0-9_]+) is not set" line;
      quoted = match ''"(.*)"'' (elemAt set 1);
      plain = match "([ymn]|-?[0-9]+|0[xX][0-9a-fA-F]+)" (elemAt set 1);
    in
    if unset != null then
      {
        ${elemAt unset 0} = {
          value = "n";
          inherit line;
        };
      }
    else if match "[ \t]*(#.*)?" line != null then
      { }
    else if set != null && (quoted != null || plain != null) then
      {
        ${elemAt set 0} = {
          value = elemAt (if quoted != null then quoted else plain) 0;
          inherit line;
        };
      }
    else
      throw ''
        ${toString path}:${toString number}: not a line of a kernel configuration: ${line}
        Write CONFIG_NAME=y, =m, =n, =<number>, ="<text>", or: # CONFIG_NAME is not set
      '';
in
{
  # The symbols of all fragments; the last line that names one counts, as in the kernel's merge_config.sh.
  readFragments =
    paths: lib.mergeAttrsList (lib.concatMap (path: lib.imap1 (readLine path) (lines path)) paths);

  # The release of a tree, as `make kernelversion` and the tree's localversion files make it:
  # 6.16.0-rc6, 6.16.0-rc6-next-20250718.
  readRelease =
    tree:
    let
      makefile = tree + "/Makefile";
      value =
        name:
        lib.findFirst (v: v != null) null (
          map (
            line:
            let
              found = match "${name} *=[ \t]*([^ \t#]*).*" line;
            in
            if found == null then null else elemAt found 0
          ) (lib.take 12 (lines makefile))
        );
      number =
        name:
        let
          n = value name;
        in
        if n != null && match "[0-9]+" n != null then
          n
        else
          throw "nixos-flake.kernel.source: ${toString makefile} has no ${name} = <number>; is this a Linux tree?";
      extra = value "EXTRAVERSION";
      files = builtins.filter (name: lib.hasPrefix "localversion" name && !lib.hasSuffix "~" name) (
        builtins.attrNames (readDir tree)
      );
      text = name: lib.concatStrings (lib.splitString "\n" (readFile (tree + "/${name}")));
    in
    if !pathExists makefile then
      throw "nixos-flake.kernel.source: there is no ${toString makefile}; is this a Linux tree?"
    else
      "${number "VERSION"}.${number "PATCHLEVEL"}.${number "SUBLEVEL"}${if extra == null then "" else extra}"
      + lib.concatMapStrings text files;
}
