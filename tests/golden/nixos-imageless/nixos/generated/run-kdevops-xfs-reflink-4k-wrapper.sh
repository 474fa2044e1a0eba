#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# start | stop | status | console | ssh for one node. nixos-gen fills the strings between @ signs.
set -eu
tree=/srv/kdevops
node=kdevops-xfs-reflink-4k
case "${1:-}" in
start | stop | status | console | ssh)
	verb=$1
	shift
	;;
*)
	echo "usage: $0 start|stop|status|console|ssh" >&2
	exit 2
	;;
esac
cd "$tree"
exec build/nixos-vm "$verb" "$node" "$@"
