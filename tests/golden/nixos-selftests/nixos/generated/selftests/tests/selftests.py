# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel selftests: the runner lists what was built.


def selftests_smoke():
    for each in machines:
        listed = each.succeed("/run/current-system/sw/lib/kselftests/run_kselftest.sh -l")
        assert ":" in listed, listed


with subtest("selftests"):
    selftests_smoke()
