# SPDX-License-Identifier: GPL-2.0-or-later
# gitr: one test script of git's own passes.


def gitr_smoke():
    for each in machines:
        report = each.succeed(
            "cp -r /run/current-system/sw/lib/git-testsuite /var/tmp/gitr",
            "chmod -R u+w /var/tmp/gitr",
            "cd /var/tmp/gitr/t && ./t0001-init.sh",
            "rm -r /var/tmp/gitr",
        )
        assert "# passed all" in report, report


with subtest("gitr"):
    gitr_smoke()
