# SPDX-License-Identifier: GPL-2.0-or-later
# Mounts device $1 on $2 with options $4 when its file system is ours, labelled $3.
mountpoint -q "$2" && exit
[ "$(blkid --probe --match-tag LABEL --output value "$1")" = "$3" ] || exit 0
mount -o "$4,X-mount.mkdir" "$1" "$2" && echo mounted
