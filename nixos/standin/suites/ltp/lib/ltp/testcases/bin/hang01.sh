#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A write to a frozen file system never ends.

setup() { tst_mount_loop; }

test() {
	fsfreeze --freeze mnt || tst_brk TBROK "cannot freeze the file system"
	echo >mnt/file
}

. tst_test.sh
tst_run
