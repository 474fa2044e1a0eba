#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel panics.

test() { echo c >/proc/sysrq-trigger; }

. tst_test.sh
tst_run
