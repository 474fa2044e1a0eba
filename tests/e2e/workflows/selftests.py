# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own tests on a stand-in guest. Debian's kernel has test_firmware, and neither test_kmod,
test_sysctl nor test_xarray: their tests skip themselves."""
FRAGMENT = """\
CONFIG_SELFTESTS_MANUAL_COVERAGE=y
CONFIG_SELFTESTS_SECTION_XARRAY=y
"""
AB = False

XARRAY = {"xarray:xarray": "passed", "xarray:test_xarray": "skipped"}
# Targets that no node is for run everywhere when they are named.
OTHERS = {"kmod:kmod.sh": "skipped", "sysctl:sysctl.sh": "skipped", "module:module": "skipped"}


def steps(fleet, node, dev=None):
    report, results = fleet.report, fleet.tree / "workflows/selftests/results"
    status, text = fleet.make("selftests", seconds=300)
    if not report.case("make selftests succeeds", [text[-3000:]] if status else []):
        return
    if not results.exists():
        status, text = fleet.make("selftests-check-results", seconds=30)
        report.case("selftests-check-results fails without results", [] if status else [text[-1000:]])
    status, text = fleet.make("selftests-baseline", seconds=400)
    verdicts = fleet.summary("selftests")[1].get(node, {})
    report.case("selftests: xarray passes in user space, and has no module here",
                [] if not status and verdicts == XARRAY else [f"exit {status} {verdicts}\n{text[-3000:]}"])
    left = results / node
    said = (left / "xarray.userspace.log").read_text() if (left / "xarray.userspace.log").exists() else ""
    report.case("selftests: what the program says is kept", [] if "tests passed" in said else [said[-1000:]])

    status, text = fleet.make("selftests-baseline", "TESTS=" + " ".join(n.split(":")[0] for n in OTHERS), seconds=400)
    verdicts = fleet.summary("selftests")[1].get(node, {})
    report.case("selftests: run_kselftest.sh runs what is named, and what cannot run is skipped",
                [] if not status and verdicts == OTHERS else [f"exit {status} {verdicts}\n{text[-3000:]}"])
    tap = (results / node / "kmod.tap.log").read_text() if (results / node / "kmod.tap.log").exists() else ""
    report.case("selftests: its TAP is as it printed it",
                [] if tap.startswith("TAP version 13\n1..1\n# selftests: kmod: kmod.sh\n") else [tap])
    status, text = fleet.make("selftests-check-results", seconds=30)
    report.case("selftests-check-results succeeds when none failed", [text[-1000:]] if status else [])
    if fleet.shared:
        return
    status, text = fleet.make("selftests-baseline", "TESTS=kmod:none", seconds=200)
    report.case("selftests: a test that there is not is an error that names it",
                [] if status and "kmod:none" in (results / node / "output.log").read_text() else [text[-2000:]])
