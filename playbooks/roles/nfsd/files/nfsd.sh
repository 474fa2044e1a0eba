#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's NFS server of this node, as directory $2 describes it: `server` (path, fstype, device,
# threads, lease) and exports/NAME (options, device). As root.
#   up     file systems mounted, server with its settings, everything exported; prints what it did
#   wait   until the grace period is over
set -u
directory=$2
proc=/proc/fs/nfsd
path='' fstype='' device='' threads=8 lease=90
# shellcheck source=/dev/null
. "$directory/server" || exit

fail() {
  echo "nfsd.sh: $*" >&2
  exit 1
}

mounted() { mountpoint -q "$1" || { mkdir -p "$1" && mount "$2" "$3" "$4" "$1" && echo "mounted $1"; }; }

start_server() {
  modprobe nfsd 2>/dev/null
  mountpoint -q $proc || mount -t nfsd nfsd $proc || fail "$proc cannot be mounted: this kernel has no NFS server (CONFIG_NFSD)"
  [ "$(cat $proc/threads)" -eq 0 ] || [ "$(cat $proc/nfsv4leasetime)" -ne "$lease" ] ||
    [ "$(cat $proc/nfsv4gracetime)" -ne "$lease" ] || return 0
  # These two can be set only while no thread runs.
  systemctl stop nfs-server || fail "there is no unit nfs-server: on NixOS, services.nfs.server.enable = true"
  { echo "$lease" >$proc/nfsv4leasetime && echo "$lease" >$proc/nfsv4gracetime; } || fail "a lease of $lease s is refused"
  # lockd has a grace period of its own, 50 s, during which NFSv4 refuses locks, too.
  [ ! -w /proc/sys/fs/nfs/nlm_grace_period ] || echo $((lease < 240 ? lease : 240)) >/proc/sys/fs/nfs/nlm_grace_period
  systemctl start nfs-server || fail "nfs-server does not start: journalctl --unit nfs-server"
  echo "started nfs-server"
}

up() {
  case $fstype in
  tmpfs) mounted "$path" -t tmpfs export || fail "$path: no tmpfs" ;;
  *) [ -z "$device" ] || mounted "$path" -t "$fstype" "$device" || fail "$device cannot be mounted on $path" ;;
  esac
  share=$fstype
  for export in "$directory"/exports/*; do
    [ -e "$export" ] || continue
    # shellcheck source=/dev/null
    (. "$export" && [ -n "$device" ] && mounted "$path/${export##*/}" -t xfs "$device")
  done
  start_server
  if [ "$(cat $proc/threads)" -ne "$threads" ]; then
    echo "$threads" >$proc/threads || fail "$threads threads: the server has $(cat $proc/threads)"
    echo "$threads threads"
  fi
  for export in "$directory"/exports/*; do
    [ -e "$export" ] || continue
    name=${export##*/}
    mkdir -p "$path/$name" || fail "$path/$name cannot be made"
    # shellcheck source=/dev/null
    . "$export"
    # A tmpfs has no identity that a file handle could hold.
    [ "$share" != tmpfs ] || [ -n "$device" ] || options=$options,fsid=$(printf %s "$name" | cksum | cut -d' ' -f1)
    ! grep -qsF "$path/$name	*($options" /run/kdevops-exports || ! exportfs -s | grep -q "^$path/$name " || continue
    exportfs -o "$options" "*:$path/$name" || fail "$path/$name cannot be exported with $options"
    echo "$path/$name	*($options" >>/run/kdevops-exports
    echo "exported $path/$name"
  done
}

# The kernel says Y when clients may take locks again; it tells nobody, so it is asked.
wait_for_grace() {
  left=$((lease * 3 + 30))
  until [ "$(cat $proc/v4_end_grace)" = Y ]; do
    [ $left -gt 0 ] || fail "the grace period of $lease s does not end: $proc/v4_end_grace is $(cat $proc/v4_end_grace)"
    left=$((left - 1))
    sleep 1
  done
}

case ${1-} in
up) up ;;
wait) wait_for_grace ;;
*) fail "no verb '${1-}': up, wait" ;;
esac
