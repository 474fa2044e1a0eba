# SPDX-License-Identifier: GPL-2.0-or-later
# What the role asks a node, in one round trip, as NAME=value lines.
# $1 where the suite is on other systems than NixOS, $2 devices to test, the rest: programs it needs
suite=${1%/} devices=$2
shift 2
if [ -e /etc/NIXOS ]; then
  echo nixos=yes
  suite=/run/current-system/sw/lib/blktests
fi
PATH=$PATH:/usr/sbin:/sbin
echo "suite=$suite"
# In the store the version is in the name, behind the hash.
echo "version=$(cat "$suite/.commit" 2>/dev/null || readlink -f "$suite" | sed -n 's,^/nix/store/[^-/]*-\([^/]*\)/.*,\1,p')"
[ -x "$suite/check" ] || echo "missing=$suite/check"
for program; do
  command -v "$program" >/dev/null || echo "missing=$program"
done
for device in $devices; do
  if [ ! -e "$device" ]; then
    echo "device=$device does not exist"
  elif [ ! -b "$device" ]; then
    echo "device=$device is not a block device"
  else
    used=$(lsblk -rno MOUNTPOINT "$device" | grep . | head -n 1)
    [ -z "$used" ] || echo "device=$device is in use, on $used"
  fi
done
