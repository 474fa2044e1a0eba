# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the devices to test on, by lasting names: with $1 = drives the real NVMe drives, seven at least;
# with $1 = partitions the twelve partitions of the first, which are made when it has none. $2: drives
# without EUI may be known by model and serial number.
set -e
cd /dev/disk/by-id
# What holds a mounted file system or swap is not for tests.
free() {
  for link; do
    case $link in
    *-part* | *-ns-* | *_[0-9]) continue ;;
    esac
    [ -e "$link" ] || continue
    lsblk --noheadings --output MOUNTPOINT "$link" | grep -q . || echo "$(pwd)/$link"
  done
}
drives=$(free nvme-eui.*)
[ -n "$drives" ] || [ -z "$2" ] || drives=$(free nvme-* | grep -v '/nvme-\(QEMU\|nvme\)') || :
count=$(echo "$drives" | grep -c .) || :
if [ "$1" = drives ]; then
  [ "$count" -ge 7 ] || { echo "found $count free NVMe drives, and tests need 7" >&2; exit 1; }
  echo "$drives" | head -n 7
  exit
fi
[ "$count" -ge 1 ] || { echo "found no free NVMe drive" >&2; exit 1; }
drive=$(echo "$drives" | head -n 1)
if [ ! -e "$drive-part12" ]; then
  ! blkid --probe "$drive" >/dev/null || {
    echo "$drive holds something. If it may go: wipefs --all $drive" >&2
    exit 1
  }
  # Twelve equal parts, whole MiB, with room for the tables at both ends.
  size=$(($(blockdev --getsize64 "$drive") / 1048576 / 12 - 1))
  { echo "label: gpt"; for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "size=${size}MiB"; done; } |
    sfdisk --quiet "$drive"
  udevadm settle
  echo "made twelve partitions on $drive" >&2
fi
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
  [ -e "$drive-part$n" ] || { echo "$drive has no partition $n" >&2; exit 1; }
  echo "$drive-part$n"
done
