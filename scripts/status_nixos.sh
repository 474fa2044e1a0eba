#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The state of this tree's nodes, or of the named ones. Run in the tree.
set -eu

if ! [ -x build/nixos-vm ]; then
	echo "${0##*/}: build/nixos-vm is missing: run 'make tools' in the tree and try again there" >&2
	exit 1
fi
exec build/nixos-vm status "$@"
