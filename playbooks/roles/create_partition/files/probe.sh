# SPDX-License-Identifier: GPL-2.0-or-later
# All that is to know about device $1 and mount point $2, in one round trip, as NAME=value lines.
device=$(lsblk --nodeps --paths --raw --noheadings --output NAME "$1" 2>/dev/null) || exit 0
echo "device=$device"
# TYPE=, LABEL=, PTTYPE=; status 2 and no line when the device is blank.
blkid --probe --output export "$1"
# The last mount on a path is the one that is seen; btrfs adds its subvolume in brackets, and tells the
# name it was mounted by, whatever link that is.
mounted=$(findmnt --raw --noheadings --output SOURCE --mountpoint "$2" | tail -n 1)
if [ -n "$mounted" ]; then
  mounted=${mounted%%\[*}
  echo "mounted=$(lsblk --nodeps --paths --raw --noheadings --output NAME "$mounted" 2>/dev/null || echo "$mounted")"
  [ ! -f "$2/.kdevops-mkfs" ] || echo "made=$(cat "$2/.kdevops-mkfs")"
fi
stat --format='owner=%U %a' "$2" 2>/dev/null
exit 0
