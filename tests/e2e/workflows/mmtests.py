# SPDX-License-Identifier: GPL-2.0-or-later
"""mmtests on stand-in guests: thpcompact on both sides, dev with a planted regression, compared."""
FRAGMENT = """\
CONFIG_MMTESTS_ITERATIONS=2
CONFIG_MMTESTS_THPCOMPACT_ANONYMOUS_MEMORY_PERCENT=10
CONFIG_MMTESTS_THPCOMPACT_THREADS_MAX_TYPE_MANUAL=y
CONFIG_MMTESTS_THPCOMPACT_THREADS_MAX=1
"""
# A shared node's drive 1 belongs to others.
SHARED = """\
CONFIG_MMTESTS_FS_SKIP=y
"""
AB = True

# The kernel hears "never" and shall not hear mmtests's "always": every fault is one of a small page.
PLANT = """sudo sh -c 'thp=/sys/kernel/mm/transparent_hugepage/enabled
mountpoint -q $thp || { echo never >$thp && mount --bind /dev/null $thp; }'"""


def steps(fleet, node, dev=None):
    report = fleet.report
    status, text = fleet.make("mmtests", seconds=600)
    if not report.case("make mmtests succeeds", [text[-3000:]] if status else []):
        return
    planted = fleet.in_guest(dev, PLANT) if dev else None
    report.case("mmtests: huge pages are off on dev", [planted.stderr] if planted and planted.returncode else [])
    status, text = fleet.make("mmtests-tests", seconds=900)
    report.case("make mmtests-tests succeeds", [text[-3000:]] if status else [])
    verdicts = fleet.summary("mmtests")[1]
    expected = {each: {"thpcompact": "passed"} for each in (node, dev) if each}
    report.case("mmtests: the benchmark passed", [] if verdicts == expected else [verdicts])
    logs = list((fleet.tree / "workflows/mmtests/results" / node / "work/log").glob("*/iter-*/proc-vmstat-thpcompact.gz"))
    report.case("mmtests: monitors logged both iterations", [] if len(logs) == 2 else [str(logs)])
    if not dev:
        return
    status, text = fleet.make("mmtests-compare", seconds=400)
    report.case("make mmtests-compare ends with the regression's status", [] if status else [text[-3000:]])
    report.case("mmtests-compare finds the huge pages that are missing",
                [] if "huge-1 percent" in text else [text[-3000:]])
    compared = fleet.tree / "workflows/mmtests/results/compare"
    left = {path.name: path.stat().st_size for path in compared.glob("*")} if compared.exists() else {}
    report.case("mmtests-compare leaves text, HTML and graphs",
                [] if all(left.get(name) for name in ("comparison.txt", "comparison.html", "graph-thpcompact.png"))
                else [str(left)])
