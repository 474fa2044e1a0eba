# SPDX-License-Identifier: GPL-2.0-or-later
"""pynfs on a stand-in guest: NFSv4.0 and 4.1 against the guest's own server; then a crash."""
FRAGMENT = """\
CONFIG_NFSD_THREADS=4
CONFIG_NFSD_LEASE_TIME=10
"""
# A shared node's drive 1 belongs to others.
SHARED = """\
CONFIG_NFSD_EXPORT_FSTYPE_TMPFS=y
"""
AB = False

EXPECTED = {"v4.0/CR15": "failed", "v4.0/CR16": "skipped", "v4.0/LOCK1": "passed", "v4.0/CID1": "passed",
            "v4.1/CR15": "failed", "v4.1/CR16": "skipped", "v4.1/LOCK1": "passed", "v4.1/EID1": "passed",
            "v4.1/XATT1": "skipped"}


def steps(fleet, node, dev=None):
    report = fleet.report
    status, text = fleet.make("pynfs", seconds=300)
    if not report.case("make pynfs succeeds", [text[-3000:]] if status else []):
        return
    if not fleet.shared:
        status, text = fleet.make("pynfs", seconds=300)
        report.case("make pynfs again changes nothing", [] if status == 0 and "changed=0" in text else [text[-3000:]])

    status, text = fleet.make("pynfs-baseline", seconds=400)
    report.case("make pynfs-baseline ends with the failures' status", [] if status else [text[-3000:]])
    verdicts = fleet.summary("pynfs")[1].get(node, {})
    wrong = {name: verdicts.get(name) for name, expected in EXPECTED.items() if verdicts.get(name) != expected}
    report.case("pynfs: passed, failed and skipped are told apart", [f"{wrong} of {verdicts}"] if wrong else [])
    others = {name: v for name, v in verdicts.items() if name not in EXPECTED and v != "passed"}
    report.case("pynfs: every other test passes", [str(others)] if others or len(verdicts) < 30 else [])

    if fleet.shared:
        return
    tests = "v4.0/CMT1 v4.0/PANIC1 v4.0/WRT1 v4.1/RD1"
    status, text = fleet.make("pynfs-baseline", f"TESTS={tests}", seconds=600)
    verdicts = fleet.summary("pynfs")[1].get(node, {})
    expected = dict.fromkeys(tests.split(), "passed") | {"v4.0/PANIC1": "crashed"}
    report.case("pynfs: the test that panics the node is named, and the others have results",
                [] if verdicts == expected else [f"{verdicts}\n{text[-3000:]}"])
    report.case("make pynfs-baseline says that a guest crashed", [] if "Error 6" in text else [text[-500:]])
