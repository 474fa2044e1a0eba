# SPDX-License-Identifier: GPL-2.0-or-later
"""fstests on stand-in guests: a section on xfs, with a dev node that lacks a restriction; then a hang, a
panic and an interrupted run."""

import json
import os
import re
import signal
import subprocess
import time

from harness import run

FRAGMENT = """\
CONFIG_FSTESTS_XFS=y
CONFIG_FSTESTS_XFS_MANUAL_COVERAGE=y
CONFIG_FSTESTS_XFS_SECTION_CRC=y
CONFIG_FSTESTS_SPARSE_FILE_SIZE="400M"
CONFIG_FSTESTS_SPARSE_EXT4=y
CONFIG_FSTESTS_ENABLE_RUN_CUSTOM_TESTS=y
CONFIG_FSTESTS_RUN_CUSTOM_GROUP_TESTS="quick"
CONFIG_FSTESTS_WATCHDOG_CHECK_TIME=2
CONFIG_FSTESTS_WATCHDOG_MAX_NEW_TEST_TIME=1
"""
AB = True

# Group quick, without generic/002, which an expunge list of the test leaves out.
QUICK = {"generic/001": "passed", "generic/003": "passed", "generic/004": "passed", "generic/006": "failed",
         "generic/007": "skipped", "xfs/001": "passed"}
CRASHES = {"generic/003": "passed", "generic/005": "hung", "generic/008": "passed", "generic/009": "crashed",
           "xfs/001": "passed"}
LONG = "generic/001 generic/003 generic/008 xfs/001"


class Steps:
    def __init__(self, fleet, node, dev):
        self.fleet, self.node, self.dev = fleet, node, dev
        self.report = fleet.report
        self.results = fleet.tree / "workflows/fstests/results"

    def verdicts(self, node):
        return self.fleet.summary("fstests")[1].get(node, {})

    def set_up(self):
        lists = self.fleet.tree / "workflows/fstests/expunges/any/xfs/unassigned"
        lists.mkdir(parents=True, exist_ok=True)
        (lists / "xfs_crc.txt").write_text("generic/002 # the test's own list\n")
        status, text = self.fleet.make("fstests", seconds=400)
        if not self.report.case("make fstests succeeds", [text[-3000:]] if status else []):
            return False
        shown = self.fleet.in_guest(self.node, f"sudo cat /var/lib/xfstests/configs/{self.node}.config").stdout
        self.report.case("fstests: the node has its configuration",
                         [] if "[xfs_crc]" in shown and "SCRATCH_DEV_POOL='/dev/loop5 " in shown else [shown])
        return True

    def compare(self):
        """Both nodes run the same; the dev node lets anybody link to anybody's files."""
        if self.dev:
            self.fleet.in_guest(self.dev, "sudo sysctl -q fs.protected_hardlinks=0")
        status, text = self.fleet.make("fstests-tests", seconds=500)
        for node, wanted in {self.node: QUICK, self.dev: {**QUICK, "generic/004": "failed"}}.items():
            if node:
                told = self.verdicts(node)
                self.report.case(f"fstests: every test of the group has its verdict on {node}",
                                 [] if "Error 1" in text and told == wanted else [f"exit {status}, {told}\n{text[-3000:]}"])
        left = [p for p in (self.results / self.node).resolve().rglob("*") if p.is_file()]
        names = {p.name for p in left}
        self.report.case("fstests: the suite's own files are collected",
                         {"result.xml", "check.log", "check.time", "006.out.bad", "007.notrun", "output.log",
                          "local.config"} - names)
        if self.dev:
            told = run([self.fleet.tree / "build/nixos-results", "compare", "--json", self.results], env=self.fleet.env)
            try:
                found = {t["test"] for t in json.loads(told.stdout)["tests"] if t["finding"] == "worse"}
            except (ValueError, KeyError):
                found = set()
            self.report.case("fstests: compare finds the planted regression and nothing else",
                             [] if found == {"generic/004"} and told.returncode == 1 else
                             [f"exit {told.returncode}, {found}\n{told.stdout[:3000]}{told.stderr}"])

    def expunge(self):
        status, text = self.fleet.make("fstests-expunge", "YES=1", seconds=60)
        lists = "".join(p.read_text() for p in (self.fleet.tree / "workflows/fstests/expunges").glob("[0-9]*/xfs/unassigned/xfs_crc.txt"))
        self.report.case("fstests: make fstests-expunge adds what failed, and shows it",
                         [] if status == 0 and re.search("^generic/006\\b", lists, re.M) and "generic/001" not in lists
                         and "+generic/006" in text else [f"exit {status}\n{lists}\n{text[-2000:]}"])

    def crash(self):
        before = {p.name for p in self.results.iterdir()}
        status, text = self.fleet.make("fstests-baseline", "TESTS=" + " ".join(CRASHES), seconds=700)
        told = self.verdicts(self.node)
        self.report.case("fstests: a hang and a panic are named, and the tests around them have results",
                         [] if told == CRASHES else [f"{told}\n{text[-4000:]}"])
        self.report.case("fstests: make says that a guest crashed", [] if "Error 6" in text else [text[-500:]])
        last = (self.results / self.node).resolve()
        self.report.case("fstests: it was one run, and what it had before the crashes is kept",
                         [] if len(list(last.glob("*/xfs_crc/result*.xml"))) == 3
                         and len({p.name for p in self.results.glob("2*Z")} - before) == 1
                         else sorted(str(p) for p in self.results.glob("2*Z/*/*/xfs_crc/*")))

    def interrupt(self):
        """Ctrl-C goes to everything in make's process group; the run goes on, and so does the next make."""
        node = self.dev or self.node
        target = "fstests-dev" if self.dev else "fstests-baseline"
        log = self.fleet.tree / f"make-{target}-interrupted.log"
        with open(log, "wb") as out, subprocess.Popen(
                ["make", target, f"TESTS={LONG}", "COUNT=3"], cwd=self.fleet.tree, env=self.fleet.env,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True) as child:
            until = time.monotonic() + 200
            done = ""
            while child.poll() is None and time.monotonic() < until and not done:
                done = self.fleet.in_guest(node, "cd /data/results/fstests/current && ! test -e exit_status && "
                                           "grep -l '<testcase' */xfs_crc/result.xml").stdout
                time.sleep(1)
            os.killpg(child.pid, signal.SIGINT)
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
        self.report.case("fstests: Ctrl-C ends make in the middle of a run",
                         [] if done and child.returncode else [log.read_text(errors="replace")[-3000:]])
        running = self.fleet.in_guest(node, "readlink /data/results/fstests/current").stdout.strip()
        status, text = self.fleet.make(target, f"TESTS={LONG}", "COUNT=3", seconds=400)
        record = self.results / node / "run.json"
        ended = json.loads(record.read_text()) if record.exists() else {}
        told = self.verdicts(node)
        self.report.case("fstests: the same target goes on with that run, and every test has its result",
                         [] if status == 0 and ended.get("run") == running and ended.get("exit_status") == 0
                         and told == dict.fromkeys(LONG.split(), "passed")
                         else [f"exit {status}, run {running}, {ended}, {told}\n{text[-3000:]}"])


def steps(fleet, node, dev=None):
    steps = Steps(fleet, node, dev)
    if steps.set_up():
        steps.compare()
        steps.expunge()
        steps.crash()
        steps.interrupt()
