#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The generated systems of every defconfig, and of settings that change what Nix is asked for, evaluate
against the stand-in for nixpkgs: every package they offer. So do the library's own cases. What is
evaluated is prepared here, tests/nix/run does it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import TOPDIR, ConfigRoom, Report, defconfigs, environment, generate

FIXTURES = TOPDIR / "tests/nix/fixtures"

# What to do to nixos-sysbench
VARIANTS = {
    "efi": ["NIXOS_EFI=y"],
    "kernel-default": ["NIXOS_KERNEL_DEFAULT=y"],
    "kernel-testing": ["NIXOS_KERNEL_TESTING=y"],
    "kernel-series": ["NIXOS_KERNEL_SERIES=y", "NIXOS_KERNEL_SERIES_NAME=6_12"],
    "kernel-source": ["NIXOS_KERNEL_SOURCE=y", f"NIXOS_KERNEL_SOURCE_URL={FIXTURES}/linux",
                      "NIXOS_KERNEL_FRAGMENTS=kvm-guest debug", "NIXOS_KERNEL_CCACHE=y"],
    "sources": ["NIXOS_FLAKE_OVERRIDE_FIO=y", f"NIXOS_FLAKE_OVERRIDE_FIO_SRC={FIXTURES}/linux"],
    "profiles": ["NIXOS_FLAKE_PROFILE_CONTROLLER=y", "NIXOS_FLAKE_PROFILE_GNOME=y"],
    "without-flakes": ["NIXOS_USE_FLAKES=n"],
}


def main():
    report = Report()
    flakes = []
    with tempfile.TemporaryDirectory(prefix="kdevops-evaluate-") as scratch:
        scratch = Path(scratch)
        room = ConfigRoom(scratch / "kconfig")
        cases = [(name, name, []) for name in defconfigs()]
        cases += [(name, "nixos-sysbench", settings) for name, settings in VARIANTS.items()]
        for name, defconfig, settings in cases:
            config = room.defconfig(defconfig, scratch / f"{name}.config",
                                    "NIXOS_NIXPKGS_URL=path:nixos/standin", *settings)
            chosen = config.read_text(encoding="utf-8")
            lost = [s for s in settings
                    if f"CONFIG_{s}" not in chosen.replace('"', "") and not s.endswith("=n")]
            output = scratch / name
            made = generate(config, output, topdir=TOPDIR)
            systems = sorted(p.parent for p in (output / "nixos/generated").glob("*/flake.nix"))
            report.case(f"{name}: generates {', '.join(s.name for s in systems)}",
                        [f"Kconfig drops {s}" for s in lost]
                        + ([made.stderr or "no system"] if made.returncode or not systems else []))
            for system in systems:
                flakes.append(scratch / "flakes" / f"{name}-{system.name}")
                shutil.copytree(system, flakes[-1])
                # nixos-build puts fragments there.
                if (TOPDIR / "kconfigs/kernel").exists():
                    shutil.copytree(TOPDIR / "kconfigs/kernel", flakes[-1] / "kernel")
        done = subprocess.run([TOPDIR / "tests/nix/run", *flakes], env=environment(),
                              stdin=subprocess.DEVNULL, check=False)
    sys.exit(1 if report.failed or done.returncode else 0)


main()
