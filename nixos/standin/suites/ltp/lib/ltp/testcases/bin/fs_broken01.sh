#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Asks for a device that is not there: broken before it begins.

setup() {
	mount /dev/no-such-device "$PWD" || tst_brk TBROK "cannot mount /dev/no-such-device"
}
test() { :; }

. tst_test.sh
tst_run
