# SPDX-License-Identifier: GPL-2.0-or-later
"""git's own tests on a stand-in guest: a handful, a crash in the middle of them, a choice of them."""
import re
import time

FRAGMENT = """\
# CONFIG_GITR_ALL_TESTS is not set
CONFIG_GITR_TEST_LIST="t0001-init t0002 t0005 t0055-* t0100 t5580-unc-paths.sh"
"""
# A shared node's drive 1 belongs to others.
SHARED = """\
CONFIG_GITR_TMPFS=y
"""
AB = False

ALL = {"t0001-init": "passed", "t0002-gitfile": "passed", "t0005-signals": "passed",
       "t0055-beyond-symlinks": "passed", "t0100-previous": "passed", "t5580-unc-paths": "skipped"}


def steps(fleet, node, dev=None):
    report, results = fleet.report, fleet.tree / "workflows/gitr/results"
    status, text = fleet.make("gitr", seconds=300)
    if not report.case("make gitr succeeds", [text[-3000:]] if status else []):
        return
    status, text = fleet.make("gitr", seconds=300)
    report.case("a second make gitr changes nothing",
                [text[-3000:]] if status or re.findall(r"changed=(\d+)", text)[-1:] != ["0"] else [])
    began = time.monotonic()
    status, text = fleet.make("gitr-baseline", seconds=600)
    verdicts = fleet.summary("gitr")[1].get(node, {})
    report.case("gitr: the tests have their verdicts",
                [] if not status and verdicts == ALL else [f"exit {status} {verdicts}\n{text[-3000:]}"])
    report.note(f"gitr: {time.monotonic() - began:.0f} s")
    group = next(iter(p.stem for p in (results / node).glob("*.tgz")), "")
    lacking = [name for name in (f"{group}.summary", f"{group}/t/test-results/t0001-init.out",
                                 f"{group}/t/test-results/t0001-init.counts") if not (results / node / name).exists()]
    report.case("gitr: summary, archive and git's own results are collected", lacking)
    first = (results / node).resolve()
    status, text = fleet.make("gitr-baseline", "TESTS=t0005-signals", seconds=300)
    verdicts = fleet.summary("gitr")[1].get(node, {})
    report.case("gitr: TESTS runs what it names, beside the run before",
                [] if not status and verdicts == {"t0005-signals": "passed"} and first.is_dir()
                and first != (results / node).resolve() else [f"exit {status} {verdicts}\n{text[-3000:]}"])
