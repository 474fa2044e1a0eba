# SPDX-License-Identifier: GPL-2.0-or-later
# mmtests: $out/lib/mmtests/run-mmtests.sh. It keeps its work below its own directory: copy the tree to a
# place that can be written and run it there.
{
  lib,
  stdenvNoCC,
  fetchurl,
  bash,
  perl,
  python3,
}:
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "mmtests";
  version = "0-unstable-2026-03-12";
  rev = "c14da81424f5d3c4205dc58f87edff68d83e656d";

  src = fetchurl {
    url = "https://github.com/gormanm/mmtests/archive/${finalAttrs.rev}/mmtests-${finalAttrs.rev}.tar.gz";
    hash = "sha256-iq+baedAh/fzpQHdo8ZePngF6TI1jISO8K0tY4vVZp8=";
  };

  # The interpreters of its scripts, with the modules that the comparisons load.
  buildInputs = [
    bash
    (perl.withPackages (ps: [
      ps.FileSlurp
      ps.GD
      ps.JSON
      ps.ListBinarySearch
      ps.ListMoreUtils
      ps.TryTiny
    ]))
    python3
  ];

  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib
    cp -r . $out/lib/mmtests
    runHook postInstall
  '';

  meta = {
    description = "Memory management benchmarks, with monitors and comparisons";
    homepage = "https://github.com/gormanm/mmtests";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
})
