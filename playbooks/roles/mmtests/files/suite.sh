#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The adapter between runner.sh and mmtests: list, recorded, run FILE. A test is a benchmark, whose
# iterations are in work/log/<run>/iter-<n>. Beside this file: `config`, as run-mmtests.sh reads it.
# MMTESTS             the suite's tree
# MMTESTS_WORK        a copy of it to work in: mmtests writes into its own tree
# MMTESTS_BENCHMARKS  what is run
# MMTESTS_RUN         the run's name in work/log
# MMTESTS_ITERATIONS, MMTESTS_MOUNT, MMTESTS_DEVICE, MMTESTS_{GOVERNOR,THP,DROP_CACHES,COMPACT}
set -u
# Ansible would replace $PWD when it brings this file.
here=$(pwd)
log=$here/work/log/$MMTESTS_RUN

fail() {
  echo "mmtests: $*" >&2
  exit 1
}

# whole DIRECTORY: it is an iteration that has run to its end.
whole() { grep -qs '^finish ::' "$1/tests-timestamp"; }

# The whole iterations, in $log, numbered from 0; the others go: they are no results. Sets $done.
gather() {
  done=0 rest=0
  while whole "$log/iter-$done"; do done=$((done + 1)); done
  while whole "$log.rest/iter-$rest"; do
    rm -rf "$log/iter-$done" && mv "$log.rest/iter-$rest" "$log/iter-$done" || exit
    done=$((done + 1)) rest=$((rest + 1))
  done
  rm -rf "$log.rest"
  for iteration in "$log"/iter-*; do whole "$iteration" || rm -rf "$iteration"; done
}

recorded() {
  left=${MMTESTS_ITERATIONS:?}
  for iteration in "$log"/iter-* "$log.rest"/iter-*; do
    whole "$iteration" && left=$((left - 1))
  done
  [ "$left" -gt 0 ] || printf '%s\n' "$MMTESTS_BENCHMARKS" | tr ' ' '\n'
}

# The suite is read only where Nix put it, and its copy is old when the suite is another.
copy_suite() {
  source=$(readlink -f "$MMTESTS") || fail "there is no $MMTESTS"
  if [ "$(cat "$MMTESTS_WORK/.copy-of" 2>/dev/null)" != "$source" ]; then
    rm -rf "$MMTESTS_WORK" && mkdir -p "$MMTESTS_WORK" || exit
    cp -rL "$source/." "$MMTESTS_WORK" || fail "$source cannot be copied to $MMTESTS_WORK"
    chmod -R u+w "$MMTESTS_WORK" && echo "$source" >"$MMTESTS_WORK/.copy-of" || exit
  fi
  mkdir -p "$MMTESTS_WORK/work" "$here/work/log" && ln -sfn "$here/work/log" "$MMTESTS_WORK/work/log" || exit
  [ -z "$MMTESTS_DEVICE" ] || {
    mkdir -p "$MMTESTS_MOUNT" && ln -sfn "$MMTESTS_MOUNT" "$MMTESTS_WORK/work/testdisk"
  } || exit
}

# mmtests makes the file system itself: what an interrupted run left mounted is in its way, and what
# somebody else has there is not ours.
free_device() {
  [ -n "$MMTESTS_DEVICE" ] || return 0
  [ -b "$MMTESTS_DEVICE" ] || fail "$MMTESTS_DEVICE is not a block device: give the node that drive, or set CONFIG_MMTESTS_DEVICE"
  findmnt --noheadings --output TARGET --source "$MMTESTS_DEVICE" | while read -r target; do
    [ "$target" = "$MMTESTS_MOUNT" ] || fail "$MMTESTS_DEVICE is mounted on $target: umount it, or set CONFIG_MMTESTS_DEVICE"
    umount "$target" || exit
  done
}

settle() {
  for governor in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor; do
    [ ! -e "$governor" ] || [ -z "$MMTESTS_GOVERNOR" ] || echo "$MMTESTS_GOVERNOR" >"$governor"
  done
  sync
  [ "$MMTESTS_DROP_CACHES" != yes ] || echo 3 >/proc/sys/vm/drop_caches
  [ -z "$MMTESTS_THP" ] || echo "$MMTESTS_THP" >/sys/kernel/mm/transparent_hugepage/enabled ||
    fail "this kernel knows no transparent huge pages of kind '$MMTESTS_THP'"
  [ "$MMTESTS_COMPACT" != yes ] || echo 1 >/proc/sys/vm/compact_memory || fail "this kernel cannot compact memory"
}

run() {
  copy_suite
  free_device || exit
  gather
  settle
  name=$MMTESTS_RUN
  # run-mmtests.sh begins by removing what has its run's name.
  [ "$done" -eq 0 ] || name=$MMTESTS_RUN.rest
  export MMTEST_ITERATIONS=$((MMTESTS_ITERATIONS - done))
  while read -r test; do
    echo "run mmtests $test at $(date '+%F %T')" >/dev/kmsg
  done <"$1"
  config=$here/config
  (cd "$MMTESTS_WORK" && ./run-mmtests.sh --config "$config" "$name" </dev/null)
  status=$?
  gather
  return $status
}

case ${1-} in
list) printf '%s\n' "$MMTESTS_BENCHMARKS" | tr ' ' '\n' ;;
recorded) recorded ;;
run) run "$2" ;;
*)
  echo "suite.sh: no verb '${1-}': list, recorded, run FILE" >&2
  exit 2
  ;;
esac
