#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A file keeps its contents while it moves between directories.

test() {
	mkdir a b
	head -c 100k /dev/urandom >a/file
	sum=$(cksum <a/file)
	EXPECT_PASS mv a/file b/other
	EXPECT_FAIL ls a/file
	EXPECT_PASS [ "$(cksum <b/other)" = "$sum" ]
}

. tst_test.sh
tst_run
