#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A mount below a private directory stays where it is.

setup() {
	mkdir top && mount --bind top top && mount --make-private top && mkdir top/parent top/peer ||
		tst_brk TBROK "no bind mount"
}
cleanup() { umount -R top; }

test() {
	EXPECT_PASS mount --bind top/parent top/parent
	EXPECT_PASS mount --make-private top/parent
	EXPECT_PASS mount --bind top/parent top/peer
	mkdir top/parent/child
	EXPECT_PASS mount -t tmpfs none top/parent/child
	touch top/parent/child/seen
	EXPECT_FAIL ls top/peer/child/seen
}

. tst_test.sh
tst_run
