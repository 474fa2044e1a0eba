# SPDX-License-Identifier: GPL-2.0-or-later
# mmtests: $out/lib/mmtests/run-mmtests.sh. It keeps its work below its own directory: copy the tree to a
# place that can be written and run it there.
#
# mmtests compiles a benchmark when it is run, unless work/sources already has it. thpcompact and
# thpchallenge are there, and the fio that thpchallenge has in the background: no machine needs a compiler.
{
  lib,
  stdenv,
  fetchFromGitHub,
  bash,
  fio,
  numactl,
  perl,
  python3,
  time,
}:
stdenv.mkDerivation {
  pname = "mmtests";
  version = "0-unstable-2026-01-19";

  src = fetchFromGitHub {
    owner = "gormanm";
    repo = "mmtests";
    # The last one with thpcompact: the next commit replaces it by thpchallenge.
    rev = "526d31382fe0d067fbe69a15a913bd8c315abf39";
    hash = "sha256-1oXolC6RY2lVGWs7WA4ge/TlVFpN164q6JJ15I5CCXM=";
  };

  # The interpreters of its scripts, with the modules that the comparisons load.
  buildInputs = [
    bash
    numactl
    (perl.withPackages (ps: [
      ps.CpanelJSONXS
      ps.FileSlurp
      ps.FileWhich
      ps.GD
      ps.JSON
      ps.ListBinarySearch
      ps.ListMoreUtils
      ps.TryTiny
      ps.YAMLPP
    ]))
    python3
  ];

  postPatch = ''
    grep -rlI /usr/bin/time . | xargs sed -i 's,/usr/bin/time,${lib.getExe time},g'
    sed -i 's,/bin/kill,kill,' run-mmtests.sh
  '';

  # Where mmtests looks: <benchmark>-<version>-installed.
  buildPhase = ''
    runHook preBuild
    for benchmark in thpcompact thpchallenge; do
      mkdir -p work/sources/$benchmark-0-installed
      $CC -O2 -Wall shellpack_src/src/$benchmark/$benchmark.c -o work/sources/$benchmark-0-installed/$benchmark \
        -lpthread -lnuma
    done
    mkdir work/sources/fio-3.33-installed
    ln -s ${lib.getExe' fio "fio"} work/sources/fio-3.33-installed/fio
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib
    cp -r . $out/lib/mmtests
    runHook postInstall
  '';
  disallowedReferences = [ stdenv.cc ];

  meta = {
    description = "Memory management benchmarks, with monitors and comparisons";
    homepage = "https://github.com/gormanm/mmtests";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
}
