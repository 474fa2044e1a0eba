# SPDX-License-Identifier: GPL-2.0-or-later
# NFSv4 protocol tests: $out/lib/pynfs/nfs4.0/testserver.py and nfs4.1/testserver.py.
{
  lib,
  stdenv,
  fetchFromGitHub,
  krb5,
  python312,
  swig,
}:
let
  # It imports xdrlib, which left Python with 3.13.
  python = python312.withPackages (ps: [
    ps.gssapi
    ps.ply
    ps.setuptools
  ]);
in
stdenv.mkDerivation {
  pname = "pynfs";
  version = "0-unstable-2025-04-10";

  src = fetchFromGitHub {
    owner = "kofemann";
    repo = "pynfs";
    rev = "3c14d9e3ad12272ab2f6092c85bb28ab03951484";
    hash = "sha256-sU+wP3+uMbse3QMbAPwurhwTIXW2IzuqIdcXtBgWdXU=";
  };

  nativeBuildInputs = [
    python
    swig
  ];
  buildInputs = [
    krb5
    python
  ];

  # setup.py writes the protocol's modules into the tree, where the tests import them from.
  buildPhase = ''
    runHook preBuild
    python3 setup.py build
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib
    cp -r . $out/lib/pynfs
    runHook postInstall
  '';

  meta = {
    description = "Protocol tests for NFSv4 servers";
    homepage = "https://github.com/kofemann/pynfs";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
}
