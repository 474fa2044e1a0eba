# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the sources in $1, installs them below $2 and links $4 to them, unless commit $3 is there.
[ "$(cat "$2/.commit" 2>/dev/null)" != "$3" ] || exit 0
cd "$1" && make -s configure && ./configure --quiet --prefix="$2" && make -s -j "$(nproc)" && make -s install || exit
[ -L "$4" ] || { [ ! -d "$4/configs" ] || cp -a "$4/configs" "$2/xfstests/"; rm -rf "$4"; }
mkdir -p "${4%/*}" && ln -sfn "$2/xfstests" "$4" && echo "$3" >"$2/.commit" && echo installed
