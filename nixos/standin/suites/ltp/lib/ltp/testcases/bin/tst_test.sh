# shellcheck shell=sh disable=SC2015 # || is for what failed, wherever
# SPDX-License-Identifier: GPL-2.0-or-later
# Stands in for LTP's library for tests in shell. A test defines the function test, and perhaps setup and
# cleanup, and ends with tst_run: test runs in a directory of its own.
TST_ID=$(basename "$0" .sh)
TST_PASS=0 TST_FAIL=0 TST_BROK=0 TST_WARN=0 TST_CONF=0

tst_res() {
	result=$1
	shift
	case $result in
	TPASS) TST_PASS=$((TST_PASS + 1)) ;;
	TFAIL) TST_FAIL=$((TST_FAIL + 1)) ;;
	TBROK) TST_BROK=$((TST_BROK + 1)) ;;
	TWARN) TST_WARN=$((TST_WARN + 1)) ;;
	TCONF) TST_CONF=$((TST_CONF + 1)) ;;
	esac
	echo "$TST_ID 1 $result: $*" >&2
}

# The test cannot go on: TBROK or TCONF.
tst_brk() {
	tst_res "$@"
	tst_exit
}

tst_require_cmds() {
	for each; do
		command -v "$each" >/dev/null || tst_brk TCONF "'$each' not found"
	done
}

tst_require_drivers() {
	for each; do
		modprobe -q "$each" || tst_brk TCONF "driver(s) missing: $each"
	done
}

EXPECT_PASS() {
	if "$@"; then tst_res TPASS "$* passed as expected"; else tst_res TFAIL "$* failed unexpectedly"; fi
}

EXPECT_FAIL() {
	if "$@" 2>/dev/null; then tst_res TFAIL "$* passed unexpectedly"; else tst_res TPASS "$* failed as expected"; fi
}

# An ext4 file system of 16 MiB, mounted at ./mnt.
tst_mount_loop() {
	tst_require_cmds mkfs.ext4
	truncate -s 16M image && mkfs.ext4 -q -F image && mkdir mnt && mount -o loop image mnt ||
		tst_brk TBROK "no file system on a loop device"
}

tst_exit() {
	trap - 0
	! command -v cleanup >/dev/null || cleanup
	cd / && rm -rf "$TST_TMPDIR"
	cat >&2 <<-END

	Summary:
	passed   $TST_PASS
	failed   $TST_FAIL
	broken   $TST_BROK
	skipped  $TST_CONF
	warnings $TST_WARN
	END
	status=0
	[ $TST_FAIL -eq 0 ] || status=$((status | 1))
	[ $TST_BROK -eq 0 ] || status=$((status | 2))
	[ $TST_WARN -eq 0 ] || status=$((status | 4))
	[ $TST_CONF -eq 0 ] || [ $TST_PASS -ne 0 ] || status=$((status | 32))
	exit $status
}

tst_run() {
	TST_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/LTP_$TST_ID.XXXXXX") && chmod 777 "$TST_TMPDIR" && cd "$TST_TMPDIR" ||
		tst_brk TBROK "no temporary directory"
	trap 'tst_brk TBROK "test ended early"' 0
	! command -v setup >/dev/null || setup
	test
	tst_exit
}
