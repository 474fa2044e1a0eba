# SPDX-License-Identifier: GPL-2.0-or-later
# ltp: one of its test programs runs and passes.


def ltp_smoke():
    for each in machines:
        report = each.succeed("/run/current-system/sw/lib/ltp/testcases/bin/getpid01 2>&1")
        assert "TPASS" in report, report


with subtest("ltp"):
    ltp_smoke()
