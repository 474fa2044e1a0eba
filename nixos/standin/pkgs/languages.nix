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

  # One kernel is Debian's. Others are named, and no image can be made with them.
  kernel =
    attr: version: debian:
    let
      decorate =
        package:
        package
        // {
          inherit version;
          modDirVersion = "${version}.0";
          baseVersion = version;
          isModular = true;
          # Another compiler does not matter to what is not compiled here; other sources do.
          override =
            change:
            let
              new = if lib.isFunction change then change { } else change;
            in
            if removeAttrs new [ "stdenv" ] == { } then
              decorate package
            else
              kernel "${attr} overridden (${toString (builtins.attrNames new)})" (new.argsOverride.version or version) null;
          overrideAttrs = change: decorate (package.overrideAttrs change);
        };
    in
    decorate (mkPackage {
      inherit attr version debian;
      pname = "linux";
      outputs = [
        "out"
        "dev"
        "modules"
      ];
    });
  ownKernel = attrs: kernel "a kernel of your own" (attrs.modDirVersion or attrs.version or "source") null;
  linuxPackagesFor =
    kernel:
    lib.fix (
      self:
      libraries "linuxPackages" {
        bcc = "bpfcc-tools";
        cpupower = "linux-cpupower";
        perf = "linux-perf";
        systemtap = "systemtap";
        turbostat = "linux-cpupower";
        x86_energy_perf_policy = "linux-cpupower";
      }
      // {
        inherit kernel;
        recurseForDerivations = false;
        extend = _: self;
      }
    );
  kernels =
    lib.genAttrs [ "linux" "linux_latest" "linux_6_1" ] (attr: kernel attr "6.1" [ "linux-image-amd64" ])
    // {
      linux_testing = kernel "linux_testing" "testing" null;
    }
    // lib.genAttrs (map (series: "linux_${series}") [ "5_10" "5_15" "6_6" "6_12" "6_18" "7_0" "7_1" ]) (
      attr: kernel attr (lib.replaceStrings [ "linux_" "_" ] [ "" "." ] attr) null
    );
  kernelSets = lib.mapAttrs' (
    attr: kernel: lib.nameValuePair (lib.replaceStrings [ "linux" ] [ "linuxPackages" ] attr) (linuxPackagesFor kernel)
  ) kernels;
in
kernels
// kernelSets
// {
  inherit python3Packages perlPackages python3 linuxPackagesFor;
  buildLinux = ownKernel;
  linuxManualConfig = ownKernel;
  linuxPackages_custom = attrs: linuxPackagesFor (ownKernel attrs);
  python3Minimal = python3;
  python311 = python3;
  python = throw "stand-in: no package 'python'; nixpkgs has python3";
  python311Packages = python3Packages;
  perl = withLibraries "perl" "perl perl-base" perlPackages { };
}
