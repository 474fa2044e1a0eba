# SPDX-License-Identifier: GPL-2.0-or-later
# sysbench: it counts events, knows both databases, and their programs are beside it.


def sysbench_smoke():
    for each in machines:
        report = each.succeed("sysbench --threads=1 --time=1 cpu run")
        assert "total number of events" in report, report
        drivers = each.succeed("sysbench --help")
        assert "pgsql - " in drivers and "mysql - " in drivers, drivers
        each.succeed("initdb --version", "mariadbd --version", "command -v mariadb-install-db", "mkfs.xfs -V")


with subtest("sysbench"):
    sysbench_smoke()
