# SPDX-License-Identifier: GPL-2.0-or-later
# Brings the server that directory $1 describes up again, if this node has one. Mounts the data file system
# $2 labelled $3 first: a reboot leaves it unmounted.
if [ -n "$3" ] && ! mountpoint -q "$2" && [ -e "/dev/disk/by-label/$3" ]; then
  mount -o X-mount.mkdir "LABEL=$3" "$2" || exit
fi
[ ! -e "$1/nfsd.sh" ] || exec sh "$1/nfsd.sh" up "$1"
