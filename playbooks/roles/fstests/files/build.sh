# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the sources in $1 and installs them below $2, unless commit $3 is there; links $4, when given, to
# the suite in it.
[ "$(cat "$2/.commit" 2>/dev/null)" != "$3" ] || exit 0
cd "$1" && make -s configure && ./configure --quiet --prefix="$2" && make -s -j "$(nproc)" && make -s install || exit
if [ -n "$4" ]; then
  if [ ! -L "$4" ]; then
    # A directory that holds our configurations: they move along.
    [ ! -d "$4/configs" ] || cp -a "$4/configs" "$2/xfstests/" || exit
    rm -rf "$4"
  fi
  mkdir -p "${4%/*}" && ln -sfn "$2/xfstests" "$4" || exit
fi
echo "$3" >"$2/.commit" && echo installed
