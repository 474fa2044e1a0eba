# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the devices to test on, by lasting names: with $1 = drives the real NVMe drives, seven at least;
# with $1 = partitions the twelve partitions of the first, which are made when it has none. $2: drives
# without EUI may be known by model and serial number. They are chosen once and noted in file $3: which
# drives are free cannot be told while tests run, nor before the data is mounted from drive $4. $5 and $6:
# where tests mount their own.
set -e
list=$3 data=$(readlink -f "$4" || :) test=$5 scratch=$6
wanted="# $1 $2 $4"

# Whether all that was chosen for this is still there.
chosen() {
  [ "$(head -n 1 "$list" 2>/dev/null)" = "$wanted" ] || return
  for device in $(tail -n +2 "$list"); do [ -e "$device" ] || return; done
}

# What holds the data, swap or a mounted file system is not for tests.
free() {
  for link; do
    case $link in
    *-part* | *-ns-* | *_[0-9]) continue ;;
    esac
    [ -e "$link" ] || continue
    ! lsblk --noheadings --raw --output MOUNTPOINT "$link" | grep -qvxF -e '' -e "$test" -e "$scratch" || continue
    ! lsblk --noheadings --raw --paths --output KNAME "$link" | grep -qxF -e "$data" || continue
    echo "$(pwd)/$link"
  done
}

choose() {
  cd /dev/disk/by-id
  drives=$(free nvme-eui.*)
  [ -n "$drives" ] || [ -z "$2" ] || drives=$(free nvme-* | grep -v '/nvme-\(QEMU\|nvme\)') || :
  count=$(echo "$drives" | grep -c .) || :
  if [ "$1" = drives ]; then
    [ "$count" -ge 7 ] || { echo "found $count free NVMe drives, and tests need 7" >&2; exit 1; }
    echo "$drives" | head -n 7
    return
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
  fi
  for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
    [ -e "$drive-part$n" ] || { echo "$drive has no partition $n" >&2; exit 1; }
    echo "$drive-part$n"
  done
}

if ! chosen; then
  devices=$(choose "$1" "$2")
  mkdir -p "${list%/*}" && printf '%s\n' "$wanted" "$devices" >"$list.new" && mv "$list.new" "$list"
  echo "chose the devices in $list" >&2
fi
tail -n +2 "$list"
