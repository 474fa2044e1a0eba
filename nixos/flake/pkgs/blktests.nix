# SPDX-License-Identifier: GPL-2.0-or-later
# Block layer tests: $out/lib/blktests/check. It must be started in that directory, and writes only where
# --output points.
{
  lib,
  stdenv,
  fetchFromGitHub,
  bash,
  liburing,
}:
stdenv.mkDerivation {
  pname = "blktests";
  version = "0-unstable-2026-08-02";

  src = fetchFromGitHub {
    owner = "linux-blktests";
    repo = "blktests";
    rev = "fc6e3ffbd58c58c1eec213552479030a396e3476";
    hash = "sha256-Gy5mr8xdXcc+CrzbRyp48cKSwhfCLjL7gKUpldDVxik=";
  };

  # The interpreter of check; liburing for the tests of io_uring and ublk.
  buildInputs = [
    bash
    liburing
  ];
  makeFlags = [ "prefix=${placeholder "out"}/lib" ];
  enableParallelBuilding = true;

  # The tests look for these where they are in the sources; `make install` drops the directory.
  postInstall = ''
    install -Dt $out/lib/blktests/src/sg src/sg/dxfer-from-dev src/sg/syzkaller1
  '';

  meta = {
    description = "Test suite for the Linux block layer";
    homepage = "https://github.com/linux-blktests/blktests";
    license = lib.licenses.gpl3Plus;
    platforms = lib.platforms.linux;
  };
}
