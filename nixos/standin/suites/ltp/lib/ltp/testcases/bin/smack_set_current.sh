#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A process may change its own SMACK label.

setup() {
	grep -qw smackfs /proc/filesystems || tst_brk TCONF "smackfs not supported"
	[ -d /sys/fs/smackfs ] || tst_brk TCONF "SMACK is not enabled"
}
test() { EXPECT_PASS sh -c 'echo standin >/proc/self/attr/current'; }

. tst_test.sh
tst_run
