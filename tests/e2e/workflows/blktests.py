# SPDX-License-Identifier: GPL-2.0-or-later
"""blktests on a stand-in guest: group block, then tests of every other group around one that panics."""
FRAGMENT = """\
CONFIG_BLKTESTS_MANUAL_COVERAGE=y
# CONFIG_BLKTESTS_SECTION_LOOP is not set
# CONFIG_BLKTESTS_SECTION_NBD is not set
# CONFIG_BLKTESTS_SECTION_NVME is not set
# CONFIG_BLKTESTS_SECTION_SCSI is not set
# CONFIG_BLKTESTS_SECTION_SRP is not set
# CONFIG_BLKTESTS_SECTION_ZBD is not set
"""
AB = False

BLOCK = {"block/001": "passed", "block/002": "passed", "block/003": "failed", "block/004": "skipped",
         "block/005": "passed", "block/006": "passed"}
# Names of groups that no node is for run everywhere.
OTHERS = {"loop/001": "passed", "loop/002": "passed", "loop/003": "passed", "nbd/001": "passed",
          "nvme/001": "passed", "scsi/001": "passed", "srp/001": "passed", "zbd/001": "passed",
          "meta/001": "passed", "meta/002": "failed", "meta/003": "failed", "meta/004": "failed",
          "meta/005": "skipped", "dangerous/001": "crashed"}


def contents(directory):
    return {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def steps(fleet, node, dev=None):
    report, results = fleet.report, fleet.tree / "workflows/blktests/results"
    status, text = fleet.make("blktests", seconds=300)
    if not report.case("make blktests succeeds", [text[-3000:]] if status else []):
        return
    status, text = fleet.make("blktests-baseline", seconds=400)
    verdicts = fleet.summary("blktests")[1].get(node, {})
    report.case("blktests: the group has its verdicts, and make fails with the test",
                [] if status and verdicts == BLOCK else [f"{verdicts}\n{text[-3000:]}"])
    found = contents(results / node)
    lacking = [name for name in ("results/nodev/block/001", "results/nodev/block/003.out.bad",
                                 "results/virtio-kdevops2/block/002", "run.json", "output.log") if name not in found]
    report.case("blktests: its own files are collected", lacking)
    first = (results / node).resolve()

    status, text = fleet.make("blktests-baseline", "RUN_FAILURES=1", seconds=300)
    verdicts = fleet.summary("blktests")[1].get(node, {})
    report.case("blktests: RUN_FAILURES=1 runs what failed",
                [] if status and verdicts == {"block/003": "failed"} else [f"{verdicts}\n{text[-3000:]}"])
    report.case("blktests: the results of the run before are as they were",
                [] if first != (results / node).resolve() and contents(first) == found else [str(first)])

    others = {name: v for name, v in OTHERS.items() if not fleet.shared or v != "crashed"}
    status, text = fleet.make("blktests-baseline", "TESTS=" + " ".join(others), seconds=600)
    verdicts = fleet.summary("blktests")[1].get(node, {})
    report.case("blktests: every group runs, and a test that panics the node is named",
                [] if verdicts == others else [f"{verdicts}\n{text[-3000:]}"])
    report.case("make blktests-baseline's status is the gravest verdict's",
                [] if f"Error {1 if fleet.shared else 6}" in text else [text[-500:]])
