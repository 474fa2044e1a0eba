# SPDX-License-Identifier: GPL-2.0-or-later
# Linux Test Project: $out/lib/ltp/runltp. Its results and output directories lead to /var/lib/ltp, which
# whoever installs it makes.
{
  lib,
  stdenv,
  fetchFromGitHub,
  acl,
  autoconf,
  automake,
  bash,
  bison,
  flex,
  keyutils,
  libaio,
  libcap,
  libmnl,
  libselinux,
  libtirpc,
  m4,
  numactl,
  openssl,
  perl,
  pkg-config,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "ltp";
  # The last year of runltp; later releases have kirk alone.
  version = "20250930";

  src = fetchFromGitHub {
    owner = "linux-test-project";
    repo = "ltp";
    tag = finalAttrs.version;
    hash = "sha256-vmsC4QRM4U1MoRjLbRsodX4jAolWeifaP9zetwIbWl4=";
  };

  nativeBuildInputs = [
    autoconf
    automake
    bison
    flex
    m4
    perl
    pkg-config
  ];
  # What is missing of these turns into tests that skip themselves.
  buildInputs = [
    acl
    bash
    keyutils
    libaio
    libcap
    libmnl
    libselinux
    libtirpc
    numactl
    openssl
  ];

  # Tests do on purpose what a hardened compiler stops.
  hardeningDisable = [ "all" ];
  preConfigure = ''
    prefix=$out/lib/ltp
    make autotools
  '';
  # The description of the tests in HTML.
  configureFlags = [ "--disable-metadata" ];
  enableParallelBuilding = true;

  postInstall = ''
    rm -rf $out/lib/ltp/results $out/lib/ltp/output
    ln -s /var/lib/ltp/results /var/lib/ltp/output $out/lib/ltp
  '';
  # They exist on the machine that runs the tests.
  dontCheckForBrokenSymlinks = true;

  meta = {
    description = "Tests of the Linux kernel's system calls and more";
    homepage = "https://linux-test-project.readthedocs.io";
    license = lib.licenses.gpl2Plus;
    platforms = lib.platforms.linux;
  };
})
