#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The generated flakes of every defconfig evaluate, system and image, against the stand-in for
nixpkgs; so do the library's own cases. What is evaluated is prepared here, tests/nix/run does it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import TOPDIR, ConfigRoom, Report, defconfigs, environment, generate


def main():
    report = Report()
    flakes = []
    with tempfile.TemporaryDirectory(prefix="kdevops-evaluate-") as scratch:
        scratch = Path(scratch)
        room = ConfigRoom(scratch / "kconfig")
        for name in defconfigs():
            config = room.defconfig(name, scratch / f"{name}.config",
                                    "NIXOS_NIXPKGS_URL=path:nixos/standin")
            output = scratch / name
            made = generate(config, output, topdir=TOPDIR)
            systems = sorted(p.parent for p in (output / "nixos/generated").glob("*/flake.nix"))
            report.case(f"{name}: generates {', '.join(s.name for s in systems)}",
                        [made.stderr or "no system"] if made.returncode or not systems else [])
            for system in systems:
                flakes.append(scratch / "flakes" / f"{name}-{system.name}")
                shutil.copytree(system, flakes[-1])
        done = subprocess.run([TOPDIR / "tests/nix/run", *flakes], env=environment(),
                              stdin=subprocess.DEVNULL, check=False)
    sys.exit(1 if report.failed or done.returncode else 0)


main()
