# SPDX-License-Identifier: GPL-2.0-or-later
# fstests: the suite lists its tests, its accounts exist, and a file system can be made and mounted.


def fstests_smoke():
    for each in machines:
        each.succeed("command -v xfstests-check", "id fsgqa", "id 123456-fsgqa")
        for mkfs in ("mkfs.xfs -q", "mkfs.btrfs -q", "mkfs.ext4 -q"):
            each.succeed(
                "truncate -s 512M /var/tmp/smoke.img",
                f"{mkfs} /var/tmp/smoke.img",
                "mkdir -p /var/tmp/smoke",
                "mount -o loop /var/tmp/smoke.img /var/tmp/smoke",
                "echo written >/var/tmp/smoke/file",
                "sync -f /var/tmp/smoke/file",
                "umount /var/tmp/smoke",
                "rm /var/tmp/smoke.img",
            )


with subtest("fstests"):
    fstests_smoke()
