# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
rec {
  inherit (builtins)
    concatStringsSep
    isString
    match
    replaceStrings
    split
    stringLength
    substring
    toString
    unsafeDiscardStringContext
    ;

  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep =
    sep: f: list:
    concatStringsSep sep (map f list);
  concatImapStrings = f: list: concatStrings (lib.imap1 f list);
  concatImapStringsSep =
    sep: f: list:
    concatStringsSep sep (lib.imap1 f list);
  concatMapAttrsStringSep =
    sep: f: set:
    concatStringsSep sep (lib.mapAttrsToList f set);
  concatLines = concatMapStrings (line: line + "\n");
  intersperse =
    sep: list:
    lib.drop 1 (builtins.concatMap (x: [ sep x ]) list);
  optionalString = condition: s: if condition then s else "";
  stringToCharacters = s: builtins.genList (i: substring i 1 s) (stringLength s);
  replicate = n: s: concatStrings (lib.lists.replicate n s);
  join = concatStringsSep;

  hasPrefix = prefix: s: substring 0 (stringLength prefix) s == prefix;
  hasSuffix =
    suffix: s:
    let
      n = stringLength s;
      k = stringLength suffix;
    in
    n >= k && substring (n - k) k s == suffix;
  hasInfix = infix: s: lib.length (splitString infix s) > 1;
  removePrefix =
    prefix: s: if hasPrefix prefix s then substring (stringLength prefix) (stringLength s) s else s;
  removeSuffix =
    suffix: s: if hasSuffix suffix s then substring 0 (stringLength s - stringLength suffix) s else s;
  splitString = sep: s: builtins.filter isString (split (escapeRegex sep) s);
  trim =
    s:
    let
      # match is greedy: the inner group ends at the last character that is no blank.
      found = match "[ \t\r\n]*(.*[^ \t\r\n])[ \t\r\n]*" s;
    in
    if found == null then "" else builtins.head found;
  fixedWidthString =
    width: filler: s:
    if stringLength s >= width then s else fixedWidthString width filler (filler + s);
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);

  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  toSentenceCase = s: toUpper (substring 0 1 s) + substring 1 (stringLength s) s;

  escape = chars: replaceStrings chars (map (c: "\\${c}") chars);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg =
    value:
    let
      s = toString value;
    in
    if match "[[:alnum:],._+:@%/-]+" s != null then s else "'${replaceStrings [ "'" ] [ "'\\''" ] s}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  # systemd's \xNN quoting of a path for a unit name, for the bytes that occur in practice.
  escapeSystemdPath =
    path:
    let
      trimmed = removePrefix "/" (removeSuffix "/" path);
      quoted = replaceStrings [ "\\" "-" " " "/" ] [ "\\x5c" "\\x2d" "\\x20" "-" ] trimmed;
    in
    if trimmed == "" then "-" else quoted;

  isStringLike = value: isString value || builtins.isPath value || value ? outPath || value ? __toString;
  isConvertibleWithToString =
    value:
    isStringLike value
    || builtins.elem (builtins.typeOf value) [
      "null"
      "int"
      "float"
      "bool"
    ]
    || (builtins.isList value && builtins.all isConvertibleWithToString value);
  toInt =
    s:
    let
      value = builtins.fromJSON (removeLeadingZeros (trim s));
      removeLeadingZeros = t: if match "0+[0-9]+" t != null then removeLeadingZeros (substring 1 (stringLength t) t) else t;
    in
    if match "[ \t]*-?[0-9]+[ \t]*" s == null then throw "lib.toInt: '${s}' is no integer" else value;
  toIntBase10 = toInt;

  makeSearchPath = sub: packages: concatMapStringsSep ":" (p: "${p}/${sub}") (builtins.filter (p: p != null) packages);
  makeSearchPathOutput =
    output: sub: packages:
    makeSearchPath sub (map (lib.getOutput output) packages);
  makeBinPath = makeSearchPathOutput "bin" "bin";
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  getName = p: if isString p then (builtins.parseDrvName p).name else p.pname or (builtins.parseDrvName p.name).name;
  getVersion = p: if isString p then (builtins.parseDrvName p).version else p.version or (builtins.parseDrvName p.name).version;
  nameFromURL = url: sep: builtins.head (splitString sep (lib.last (splitString "/" url)));
  sanitizeDerivationName =
    s:
    let
      clean = concatMapStrings (c: if builtins.isList c then "-" else c) (split "[^[:alnum:]+._?=-]+" (unsafeDiscardStringContext s));
    in
    if clean == "" then "unknown" else removePrefix "." clean;
  versions = {
    major = v: builtins.elemAt (builtins.splitVersion v) 0;
    minor = v: builtins.elemAt (builtins.splitVersion v) 1;
    majorMinor = v: concatStringsSep "." (lib.take 2 (builtins.splitVersion v));
  };
}
