#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The portmapper lists itself, versions 2 to 4.

setup() { tst_require_cmds rpcinfo; }

test() {
	rpcinfo -p >list
	for version in 2 3 4; do
		EXPECT_PASS grep -q "100000  *$version  *tcp .*portmapper" list
	done
}

. tst_test.sh
tst_run
