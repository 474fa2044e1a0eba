# SPDX-License-Identifier: GPL-2.0-or-later
# NFSv4 protocol tests: $out/lib/pynfs/nfs4.0/testserver.py and nfs4.1/testserver.py.
{
  lib,
  stdenv,
  fetchFromGitHub,
  krb5,
  python311,
  swig,
}:
let
  # It imports distutils, which left Python with 3.12, and xdrlib, which left with 3.13.
  python = python311.withPackages (ps: [
    ps.gssapi
    ps.ply
    ps.setuptools
  ]);
in
stdenv.mkDerivation {
  pname = "pynfs";
  version = "0-unstable-2025-03-05";

  src = fetchFromGitHub {
    owner = "ffilz";
    repo = "pynfs";
    rev = "d3a1610815117cb6bdf6567e575baedb0d88095e";
    hash = "sha256-grigxIDAQG4hnwA/YmsHNP3aKX61uw76I/ClgT0+u8Q=";
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
    homepage = "https://github.com/ffilz/pynfs";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
}
