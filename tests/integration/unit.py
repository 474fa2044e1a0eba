#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The C++ unit tests: builds them and tells each case's result."""

import json
import os
import sys
import tempfile
from pathlib import Path

from harness import BUILD, Report, environment, run


def main():
    report = Report()
    built = run(["ninja", "-C", BUILD, "unit-tests"], timeout=900)
    if not report.case("unit-tests: builds", [(built.stdout + built.stderr)[-4000:]] if built.returncode else []):
        report.finish()
    with tempfile.TemporaryDirectory(prefix="kdevops-unit-") as scratch:
        results = Path(scratch) / "results.json"
        # The tests' own scratch files go with the directory, whatever a test does.
        done = run([BUILD / "unit-tests", f"--gtest_output=json:{results}", *sys.argv[1:]], timeout=600,
                   cwd=scratch, env=environment(TMPDIR=scratch, TEST_TMPDIR=scratch + "/"))
        if not results.exists():
            report.case("unit-tests: run to the end", [f"exit {done.returncode}", (done.stdout + done.stderr)[-4000:]])
            report.finish()
        for suite in json.loads(results.read_text())["testsuites"]:
            for case in suite["testsuite"]:
                name = f"{suite['name']}.{case['name']}"
                skipped = case.get("result") == "SKIPPED"
                if skipped:
                    report.note(f"skipped: {name}")
                else:
                    report.case(name, [f["failure"] for f in case.get("failures", [])])
        if done.returncode != 0 and not report.failed:
            report.case("unit-tests: exit 0", [f"exit {done.returncode}"])
    report.finish()


if __name__ == "__main__":
    main()
