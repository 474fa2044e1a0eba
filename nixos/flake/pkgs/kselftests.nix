# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's selftests, from the sources of a kernel: $out/lib/kselftests/run_kselftest.sh, and beside it
# the tests of data structures that run in user space (radix-tree, vma).
{
  lib,
  stdenv,
  linuxPackages_latest,
  kernel ? linuxPackages_latest.kernel,
  # Directories of tools/testing/selftests.
  targets ? [
    "breakpoints"
    "cgroup"
    "clone3"
    "core"
    "cpu-hotplug"
    "exec"
    "fchmodat2"
    "filesystems"
    "firmware"
    "ftrace"
    "futex"
    "ipc"
    "kcmp"
    "kmod"
    "landlock"
    "lib"
    "membarrier"
    "memfd"
    "memory-hotplug"
    "mincore"
    "mm"
    "module"
    "mount"
    "mqueue"
    "openat2"
    "pid_namespace"
    "pidfd"
    "proc"
    "pstore"
    "ptrace"
    "rseq"
    "rtc"
    "rust"
    "seccomp"
    "sigaltstack"
    "size"
    "splice"
    "static_keys"
    "sync"
    "sysctl"
    "timens"
    "timers"
    "tmpfs"
    "tty"
    "uevent"
    "user_events"
    "vDSO"
    "zram"
  ],
  bash,
  bison,
  flex,
  libcap,
  libcap_ng,
  liburcu,
  numactl,
  perl,
  popt,
  python3,
  rsync,
}:
stdenv.mkDerivation {
  pname = "kselftests";
  inherit (kernel) version src;

  nativeBuildInputs = [
    bison
    flex
    perl
    python3
    rsync
  ];
  buildInputs = [
    bash
    libcap
    libcap_ng
    liburcu
    numactl
    perl
    popt
    python3
  ];

  # Tests do on purpose what a hardened compiler stops.
  hardeningDisable = [ "all" ];
  postPatch = ''
    patchShebangs scripts tools
  '';
  dontConfigure = true;
  enableParallelBuilding = true;
  makeFlags = [ "ARCH=${stdenv.hostPlatform.linuxArch}" ];

  # A target that does not build is left out, as it is for everyone who runs `make kselftest`.
  buildPhase = ''
    runHook preBuild
    make $makeFlags -j$NIX_BUILD_CORES headers
    make $makeFlags -j$NIX_BUILD_CORES -C tools/testing/selftests TARGETS="${toString targets}"
    make -j$NIX_BUILD_CORES -C tools/testing/radix-tree
    ! [ -d tools/testing/vma ] || make -j$NIX_BUILD_CORES -C tools/testing/vma
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    room=$out/lib/kselftests
    make $makeFlags -C tools/testing/selftests install TARGETS="${toString targets}" INSTALL_PATH=$room
    for program in radix-tree/{main,idr-test,multiorder,xarray,maple} vma/vma; do
      ! [ -x tools/testing/$program ] || install -Dt $room/''${program%/*} tools/testing/$program
    done
    test -s $room/kselftest-list.txt
    runHook postInstall
  '';

  meta = {
    description = "Selftests of the Linux kernel";
    homepage = "https://docs.kernel.org/dev-tools/kselftest.html";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
}
