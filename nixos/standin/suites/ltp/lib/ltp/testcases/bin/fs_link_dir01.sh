#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Expects what no file system allows: a second name for a directory. Always a failure.

test() {
	mkdir directory
	EXPECT_PASS python3 -c 'import os; os.link("directory", "second")'
}

. tst_test.sh
tst_run
