#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The state of this tree's nodes, or of the named ones. Run in the tree.
#
#   status_nixos.sh [node...]    status 1 when one is not running
#   status_nixos.sh --any        prints nothing; status 0 when one exists, running or not
set -eu

if ! [ -x build/nixos-vm ]; then
	echo "${0##*/}: build/nixos-vm is missing: run 'make tools' in the tree and try again there" >&2
	exit 1
fi
if [ "${1-}" = --any ]; then
	build/nixos-vm status --json 2>/dev/null | grep '"state":' | grep -qv '"\(absent\|foreign\)"'
	exit
fi
exec build/nixos-vm status "$@"
