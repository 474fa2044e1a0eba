# SPDX-License-Identifier: GPL-2.0-or-later
# Builds git and its tests in the sources $1, unless commit $2 is what is built there.
[ "$(cat "$1/.commit" 2>/dev/null)" != "$2" ] || exit 0
make -s -C "$1" -j "$(nproc)" NO_TCLTK=1 && echo "$2" >"$1/.commit" && echo built
