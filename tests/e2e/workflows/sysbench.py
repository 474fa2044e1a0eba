# SPDX-License-Identifier: GPL-2.0-or-later
"""sysbench on MariaDB, small, on a stand-in guest; then a run that is stopped, and a clean."""
import json

FRAGMENT = """\
# CONFIG_SYSBENCH_TEST_ATOMICS is not set
CONFIG_SYSBENCH_NATIVE=y
CONFIG_SYSBENCH_TYPE_MYSQL_NATIVE=y
CONFIG_SYSBENCH_DISABLE_DOUBLEWRITE_ALWAYS=y
CONFIG_SYSBENCH_XFS_SECTION_REFLINK_4K=y
# CONFIG_SYSBENCH_TEST_ATOMICS_XFS_16K_4KS_LBS is not set
CONFIG_SYSBENCH_MYSQL_INNODB_BUFFER_POOL_SIZE="32M"
CONFIG_SYSBENCH_MYSQL_INNODB_REDO_LOG_CAPACITY="32M"
CONFIG_SYSBENCH_OLTP_TABLE_COUNT=1
CONFIG_SYSBENCH_OLTP_TABLE_SIZE=500
CONFIG_SYSBENCH_THREADS_INTEGER=y
CONFIG_SYSBENCH_THREADS=2
CONFIG_SYSBENCH_TEST_DURATION=10
CONFIG_SYSBENCH_REPORT_INTERVAL=1
"""
AB = False


def steps(fleet, node, dev=None):
    report = fleet.report
    status, text = fleet.make("sysbench", seconds=600)
    if not report.case("make sysbench succeeds", [text[-3000:]] if status else []):
        return
    status, text = fleet.make("sysbench", seconds=400)
    report.case("make sysbench again changes nothing", [] if status == 0 and "changed=0" in text else [text[-3000:]])

    status, text = fleet.make("sysbench-baseline", seconds=600)
    report.case("make sysbench-baseline succeeds", [text[-3000:]] if status else [])
    verdicts = fleet.summary("sysbench")[1].get(node, {})
    report.case("sysbench: its one test passed", [] if verdicts == {"xfs_reflink_4k": "passed"} else [verdicts])
    left = fleet.tree / "workflows/sysbench/results" / node
    told = {name: (left / name).read_text(errors="replace").strip() if (left / name).exists() else "missing"
            for name in ("innodb_doublewrite.txt", "innodb_page_size.txt", "mysql_stats.json")}
    report.case("sysbench: MySQL itself says that pages are 4 KiB and written once",
                [] if told["innodb_doublewrite.txt"] == "0" and told["innodb_page_size.txt"] == "4096" else [told])
    try:
        counters = json.loads(told["mysql_stats.json"])
    except ValueError:
        counters = {}
    report.case("sysbench: MySQL counted its log, and no page twice",
                [] if counters.get("innodb_os_log_written", 0) > 0 and counters.get("innodb_dblwr_writes") == 0
                else [told])
    running = fleet.in_guest(node, "pgrep -x 'mariadbd|mysqld'")
    report.case("sysbench: the server ended with the run", [running.stdout] if running.stdout else [])

    status, text = fleet.make("sysbench-clean", seconds=400)
    report.case("make sysbench-clean removes database and results",
                [text[-2000:]] if status or left.exists()
                or fleet.in_guest(node, "sudo test -e /db/mysql -o -e /data/results/sysbench").returncode == 0 else [])
