#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A full file system says so, and works again when files are removed.

setup() { tst_mount_loop; }
cleanup() { ! mountpoint -q mnt || umount mnt; }

test() {
	EXPECT_FAIL dd if=/dev/zero of=mnt/big bs=1M status=none
	EXPECT_PASS rm mnt/big
	EXPECT_PASS dd if=/dev/zero of=mnt/small bs=1M count=1 conv=fsync status=none
}

. tst_test.sh
tst_run
