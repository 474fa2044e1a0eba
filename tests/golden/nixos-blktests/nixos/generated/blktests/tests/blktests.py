# SPDX-License-Identifier: GPL-2.0-or-later
# blktests: the suite is there with the programs its groups call.


def blktests_smoke():
    for each in machines:
        each.succeed(
            "test -x /run/current-system/sw/lib/blktests/check",
            "test -d /run/current-system/sw/lib/blktests/tests/block",
            "modprobe null_blk nr_devices=1",
            "fio --name=smoke --filename=/dev/nullb0 --rw=randread --bs=4k --size=4m",
            "rmmod null_blk",
            "nvme version",
        )


with subtest("blktests"):
    blktests_smoke()
