#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# rpc_test.sh TRANSPORT: the portmapper answers there.
transport=$1

setup() { tst_require_cmds rpcinfo; }
test() { EXPECT_PASS rpcinfo -T "$transport" 127.0.0.1 portmapper; }

. tst_test.sh
tst_run
