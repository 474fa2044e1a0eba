# SPDX-License-Identifier: GPL-2.0-or-later
# gitr: one test script of git's own passes, from the store, with its output elsewhere.


def gitr_smoke():
    for each in machines:
        report = each.succeed(
            "mkdir -p /var/tmp/gitr",
            "cd $(realpath /run/current-system/sw/lib/git-testsuite/t) && "
            "TEST_OUTPUT_DIRECTORY=/var/tmp/gitr ./t0001-init.sh --root=/var/tmp/gitr",
        )
        assert "# passed all" in report, report


with subtest("gitr"):
    gitr_smoke()
