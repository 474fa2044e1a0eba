#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test_robind.sh -c COMMAND: it works in a directory, and fails where that is mounted read-only.
command=$2

cleanup() { ! mountpoint -q readonly || umount readonly; }

test() {
	mkdir directory readonly
	EXPECT_PASS mount --bind directory readonly
	EXPECT_PASS sh -c "cd readonly && $command"
	EXPECT_PASS mount -o remount,bind,ro readonly
	EXPECT_FAIL sh -c "cd readonly && $command"
}

. tst_test.sh
tst_run
