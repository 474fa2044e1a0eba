#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A second process does not get a lock that the first one holds.

second_lock_is_refused() {
	python3 -c '
import fcntl, os, sys
with open("file", "w") as held:
    fcntl.lockf(held, fcntl.LOCK_EX)
    if os.fork() == 0:
        with open("file", "w") as other:
            try:
                fcntl.lockf(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os._exit(0)
        os._exit(1)
    sys.exit(os.wait()[1] != 0)'
}

test() { EXPECT_PASS second_lock_is_refused; }

. tst_test.sh
tst_run
