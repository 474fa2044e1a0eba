# SPDX-License-Identifier: GPL-2.0-or-later
# mmtests: its driver is there, and the Perl modules that its reports need.


def mmtests_smoke():
    for each in machines:
        each.succeed(
            "test -x /run/current-system/sw/lib/mmtests/run-mmtests.sh",
            "perl -MList::MoreUtils -e 1",
            "gnuplot --version",
        )


with subtest("mmtests"):
    mmtests_smoke()
