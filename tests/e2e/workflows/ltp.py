# SPDX-License-Identifier: GPL-2.0-or-later
"""ltp on a stand-in guest: group fs, then a little of the other ten and a panic in between."""
FRAGMENT = "".join(f"# CONFIG_LTP_TESTS_{group} is not set\n" for group in (
    "CVE", "FCNTL", "FS_BIND", "FS_PERMS_SIMPLE", "FS_READONLY", "NOTIFY")) + "CONFIG_LTP_TESTS_FS=y\n"
AB = False

FS = {"fs/fs_rename01": "passed", "fs/fs_fill01": "passed", "fs/fs_link_dir01": "failed",
      "fs/fs_broken01": "failed"}
# Groups that no node is for run everywhere when they are named.
OTHERS = {
    "cve/cve-2022-0847": {"cve/cve-2022-0847": "passed"},
    "fcntl": {"fcntl/fcntl_lock01": "passed", "fcntl/fcntl_dupfd01": "passed"},
    "notify": {"notify/inotify01": "passed"},
    "dangerous/panic01": {"dangerous/panic01": "crashed"},
    "fs-bind": {"fs-bind/fs_bind01_sh": "passed", "fs-bind/fs_bind02_sh": "passed"},
    "fs-perms-simple": {f"fs-perms-simple/fs_perms0{n}": "passed" for n in range(1, 6)},
    "fs-readonly": {"fs-readonly/test_robind01": "passed", "fs-readonly/test_robind02": "passed"},
    "nfs": {"nfs/nfs01_v30_ip4t": "passed", "nfs/nfs01_v42_ip4t": "passed"},
    "rpc": {"rpc/rpcinfo": "passed"},
    "tirpc": {"tirpc/tirpc_udp": "passed", "tirpc/tirpc_tcp": "passed"},
    "smack": {"smack/smack_set_current": "skipped"},
}


def steps(fleet, node, dev=None):
    report = fleet.report
    status, text = fleet.make("ltp", seconds=300)
    if not report.case("make ltp succeeds", [text[-3000:]] if status else []):
        return
    status, text = fleet.make("ltp-baseline", seconds=400)
    verdicts = fleet.summary("ltp")[1].get(node, {})
    report.case("ltp: the group has its verdicts, and make fails with the tests",
                [] if status and verdicts == FS else [f"{verdicts}\n{text[-3000:]}"])
    left = fleet.tree / "workflows/ltp/results" / node / "fs"
    kinds = {p.suffix for p in left.rglob("*") if p.is_file()}
    report.case("ltp: its logs and what the tests printed are collected",
                sorted({".log", ".output", ".failed"} - kinds))

    others = {name: tests for name, tests in OTHERS.items() if not fleet.shared or "crashed" not in tests.values()}
    expected = {name: verdict for tests in others.values() for name, verdict in tests.items()}
    status, text = fleet.make("ltp-baseline", "TESTS=" + " ".join(others), seconds=600)
    verdicts = fleet.summary("ltp")[1].get(node, {})
    report.case("ltp: every group runs, and a test that panics the node is named",
                [] if verdicts == expected else [f"{verdicts}\n{text[-3000:]}"])
    report.case("make ltp-baseline's status is the gravest verdict's",
                [] if (status == 0 if fleet.shared else "Error 6" in text) else [text[-500:]])
    status, text = fleet.make("ltp-show-results", seconds=60)
    report.case("make ltp-show-results prints the logs", [] if "rpcinfo " in text else [text[-2000:]])
