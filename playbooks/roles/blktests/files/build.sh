# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the sources in $1 and installs them at $2, unless commit $3 is there.
[ "$(cat "$2/.commit" 2>/dev/null)" != "$3" ] || exit 0
make -s -C "$1" -j "$(nproc)" || exit
# A test that is no more would be listed.
rm -rf "$2/tests"
make -s -C "$1" install dest="$2" || exit
# Tests look for these where they are in the sources; `make install` drops the directory.
install -Dt "$2/src/sg" "$1/src/sg/dxfer-from-dev" "$1/src/sg/syzkaller1" || exit
echo "$3" >"$2/.commit" && echo installed
