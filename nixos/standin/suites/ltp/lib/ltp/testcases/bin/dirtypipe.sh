#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# CVE-2022-0847: what is written to a pipe must not reach the file whose page is in it.

file_keeps_its_contents() {
	python3 -c '
import os, sys
with open("file", "wb") as file:
    file.write(b"A" * 4096)
reader, writer = os.pipe()
for _ in range(16):
    os.write(writer, b"x" * 4096)
for _ in range(16):
    os.read(reader, 4096)
source = os.open("file", os.O_RDONLY)
os.splice(source, writer, 1, offset_src=0)
os.write(writer, b"BBBB")
with open("file", "rb") as file:
    sys.exit(b"B" in file.read())'
}

test() { EXPECT_PASS file_keeps_its_contents; }

. tst_test.sh
tst_run
