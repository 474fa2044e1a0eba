#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Needs a processor that runs virtual machines.

setup() { [ -e /dev/kvm ] || tst_brk TCONF "/dev/kvm is not available"; }
test() { EXPECT_PASS [ -c /dev/kvm ]; }

. tst_test.sh
tst_run
