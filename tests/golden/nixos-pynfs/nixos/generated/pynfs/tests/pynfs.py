# SPDX-License-Identifier: GPL-2.0-or-later
# pynfs: both clients import what they need and tell their options.


def pynfs_smoke():
    for each in machines:
        for version in ("nfs4.0", "nfs4.1"):
            each.succeed(f"cd /run/current-system/sw/lib/pynfs/{version} && ./testserver.py --help")


with subtest("pynfs"):
    pynfs_smoke()
