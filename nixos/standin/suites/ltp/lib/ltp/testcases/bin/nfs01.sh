#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nfs01.sh -v VERSION: files on an export of this machine's own server.
version=$2

setup() {
	tst_require_cmds exportfs mount.nfs
	tst_require_drivers nfs
	[ "$(cat /proc/fs/nfsd/threads)" -gt 0 ] || tst_brk TCONF "the NFS server does not run"
	# A directory of a tmpfs has no number of its own to be exported under.
	mkdir export mnt && chmod 777 export &&
		exportfs -o rw,no_root_squash,insecure,fsid=7 "127.0.0.1:$PWD/export" &&
		mount -t nfs -o "vers=$version,soft" "127.0.0.1:$PWD/export" mnt || tst_brk TBROK "cannot mount the export"
}

cleanup() {
	! mountpoint -q mnt || umount mnt
	exportfs -u "127.0.0.1:$PWD/export"
}

test() {
	head -c 1M /dev/urandom >noise
	EXPECT_PASS cp noise mnt/noise
	EXPECT_PASS cmp noise export/noise
	EXPECT_PASS mv mnt/noise mnt/other
	EXPECT_PASS ls export/other
}

. tst_test.sh
tst_run
