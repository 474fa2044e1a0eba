#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every defconfig generates the tree under tests/golden/<defconfig>, byte for byte, twice, and
whatever the locale, umask, home, time zone and working directory.

golden.py            compare
golden.py --accept   make what is generated now the golden trees (make golden-accept)
"""

import difflib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from harness import TOPDIR, ConfigRoom, Report, defconfigs, environment, generate, run

GOLDEN = TOPDIR / "tests/golden"


def read_tree(root):
    """Relative path -> (bytes, executable)."""
    files = {}
    for path in sorted(Path(root).rglob("*")):
        if path.is_file():
            files[str(path.relative_to(root))] = (path.read_bytes(), os.access(path, os.X_OK))
    return files


def differences(want, got):
    problems = [f"missing: {path}" for path in want.keys() - got.keys()]
    problems += [f"unexpected: {path}" for path in got.keys() - want.keys()]
    for path in sorted(want.keys() & got.keys()):
        (want_bytes, want_x), (got_bytes, got_x) = want[path], got[path]
        if want_x != got_x:
            problems.append(f"{path}: executable was {want_x}, is {got_x}")
        if want_bytes != got_bytes:
            diff = difflib.unified_diff(want_bytes.decode(errors="replace").splitlines(),
                                        got_bytes.decode(errors="replace").splitlines(),
                                        path, path, "golden", "generated", n=1, lineterm="")
            problems.append("\n".join(diff))
    return sorted(problems)


def stamps(root):
    return {str(p): (p.stat().st_ino, p.stat().st_mtime_ns) for p in Path(root).rglob("*")
            if p.is_file()}


def generated_locale(directory):
    """A locale whose numbers and case differ from C's, made here; its LOCPATH, or None."""
    made = run(["localedef", "-i", "tr_TR", "-f", "UTF-8", directory / "tr_TR.UTF-8"])
    return str(directory) if made.returncode == 0 else None


def main():
    accept = "--accept" in sys.argv
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kdevops-golden-") as scratch:
        scratch = Path(scratch)
        room = ConfigRoom(scratch / "kconfig")
        locales = generated_locale(scratch)
        report.case("a Turkish locale can be made here",
                    [] if locales else ["localedef failed: install the package locales"])
        # Everything that must not matter, all at once per surrounding.
        surroundings = {
            "C": dict(env=environment(LC_ALL="C", TZ="Asia/Kathmandu"), umask=0o077, cwd="/"),
            "C.UTF-8": dict(env=environment(HOME="/nonexistent", USER="nobody"), umask=0o002,
                            cwd=scratch),
            "tr_TR.UTF-8": dict(env=environment(LC_ALL="tr_TR.UTF-8", LOCPATH=locales,
                                                HOME="/root/elsewhere"), umask=0o027, cwd="/tmp"),
        }
        for name in defconfigs():
            config = room.defconfig(name, scratch / f"{name}.config")
            tree = scratch / name
            made = generate(config, tree)
            if made.returncode != 0:
                report.case(f"{name}: generates", [made.stderr])
                continue
            got = read_tree(tree)
            if accept:
                shutil.rmtree(GOLDEN / name, ignore_errors=True)
                shutil.copytree(tree, GOLDEN / name)
            report.case(f"{name}: as in tests/golden (make golden-accept takes what is there now)",
                        differences(read_tree(GOLDEN / name), got))
            before = stamps(tree)
            again = generate(config, tree)
            report.case(f"{name}: a second run writes nothing",
                        [again.stderr] if again.returncode != 0 else
                        [f"written again: {p}" for p, s in stamps(tree).items() if before.get(p) != s])
            for where, options in surroundings.items():
                other = scratch / f"{name}.{where}"
                made = generate(config, other, **options)
                problems = [made.stderr] if made.returncode != 0 else differences(got, read_tree(other))
                modes = {p: m for p in got if (m := (other / p).stat().st_mode & 0o777)
                         != (tree / p).stat().st_mode & 0o777} if not problems else {}
                problems += [f"{p}: mode {m:o}" for p, m in modes.items()]
                report.case(f"{name}: the same under {where}, another umask, home and directory",
                            problems)
        stale = sorted(p.name for p in GOLDEN.iterdir()) if GOLDEN.exists() else []
        report.case("no golden tree without its defconfig",
                    [p for p in stale if p not in defconfigs()])
    report.finish()


main()
