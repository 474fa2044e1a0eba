#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A watch on a directory tells of a new file.

watch_tells_of_the_file() {
	python3 -c '
import ctypes, os, struct, sys
libc, created = ctypes.CDLL(None, use_errno=True), 0x100
watch = libc.inotify_init()
if libc.inotify_add_watch(watch, b".", created) < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
open("new", "w").close()
event = os.read(watch, 4096)
_, mask, _, length = struct.unpack("iIII", event[:16])
sys.exit(mask != created or event[16:16 + length].rstrip(b"\0") != b"new")'
}

test() { EXPECT_PASS watch_tells_of_the_file; }

. tst_test.sh
tst_run
