# SPDX-License-Identifier: GPL-2.0-or-later
# Interpreters with libraries, kernels and their tools.
{
  lib,
  final,
  mkPackage,
  fromTable,
}:
let
  # An interpreter that can carry libraries: foo.withPackages (ps: [ ps.bar ]).
  withLibraries =
    attr: debian: set: extra:
    fromTable attr {
      inherit debian;
      passthru = {
        pkgs = set;
        withPackages =
          choose:
          let
            chosen = choose set;
            missing = builtins.any (p: p.standin.debian == null) chosen;
          in
          mkPackage {
            attr = "${attr}-with-packages";
            pname = attr;
            debian =
              if missing then null else lib.unique (lib.splitString " " debian ++ builtins.concatMap (p: p.standin.debian) chosen);
          };
      } // extra;
    };
  libraries = prefix: lib.mapAttrs (name: fromTable "${prefix}.${name}");

  python3Packages = libraries "python3Packages" {
    dbus-python = "python3-dbus";
    gssapi = "python3-gssapi";
    jinja2 = "python3-jinja2";
    matplotlib = "python3-matplotlib";
    numpy = "python3-numpy";
    pandas = "python3-pandas";
    pip = "python3-pip";
    ply = "python3-ply";
    psycopg2 = "python3-psycopg2";
    pyyaml = "python3-yaml";
    requests = "python3-requests";
    scipy = "python3-scipy";
    setuptools = "python3-setuptools";
    six = "python3-six";
    wheel = "python3-wheel";
  };
  perlPackages = libraries "perlPackages" {
    ListMoreUtils = "liblist-moreutils-perl";
    TestMost = "libtest-most-perl";
    JSON = "libjson-perl";
    DBI = "libdbi-perl";
  };
  python3 = withLibraries "python3" "python3-minimal python3" python3Packages {
    pythonVersion = "3.11";
    sitePackages = "lib/python3/dist-packages";
    interpreter = "/run/current-system/sw/bin/python3";
  };

  # One kernel: Debian's. Newer names mean it too, and README.md says so.
  linuxPackages = libraries "linuxPackages" {
    kernel = {
      debian = "linux-image-amd64";
      version = "6.1";
    };
    bcc = "bpfcc-tools";
    cpupower = "linux-cpupower";
    perf = "linux-perf";
    systemtap = "systemtap";
    turbostat = "linux-cpupower";
    x86_energy_perf_policy = "linux-cpupower";
  } // {
    recurseForDerivations = false;
    extend = _: linuxPackages;
  };
in
{
  inherit python3Packages perlPackages linuxPackages python3;
  python3Minimal = python3;
  python311 = python3;
  python = throw "stand-in: no package 'python'; nixpkgs has python3";
  python311Packages = python3Packages;
  perl = withLibraries "perl" "perl" perlPackages { };
  linuxPackages_latest = linuxPackages;
  linux = linuxPackages.kernel;
  linux_latest = linuxPackages.kernel;
}
