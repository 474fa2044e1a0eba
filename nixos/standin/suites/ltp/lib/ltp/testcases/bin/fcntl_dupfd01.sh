#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# F_DUPFD gives the lowest number that is not below the one asked for.

test() {
	EXPECT_PASS python3 -c 'import fcntl, sys; sys.exit(fcntl.fcntl(0, fcntl.F_DUPFD, 100) != 100)'
}

. tst_test.sh
tst_run
