#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stand-in for mmtests's run-mmtests.sh: its options, configurations, monitors and the tree it leaves
# below work/log, with benchmarks in Python. It works in its own tree, as mmtests does.
set -u
SCRIPTDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit
export SCRIPTDIR
cd "$SCRIPTDIR" || exit

usage() {
  echo "$0 [-mnpbh] [-c path_to_config] runname"
}
die() {
  echo "FATAL: $*"
  exit 255
}

configs=() build_only=false force_monitor='' mount_only=false mount=true
arguments=$(getopt -o pmnc:bh --long performance,help,run-monitor,no-monitor,config:,build-only,mount-only,no-mount \
  -n run-mmtests -- "$@") || exit
eval set -- "$arguments"
while true; do
  case $1 in
  -h | --help) usage && exit 0 ;;
  -p | --performance) shift ;;
  -m | --run-monitor) force_monitor=yes && shift ;;
  -n | --no-monitor) force_monitor=no && shift ;;
  -c | --config) configs+=("$2") && shift 2 ;;
  -b | --build-only) build_only=true && shift ;;
  --no-mount) mount=false && shift ;;
  --mount-only) mount_only=true && shift ;;
  --) shift && break ;;
  esac
done
RUNNAME=${1-}
[[ -n $RUNNAME ]] || { echo "ERROR: Runname parameter must be specified" && usage && exit 255; }
((${#configs[@]})) || configs=(config)

# What configurations calculate with.
MEMTOTAL_BYTES=$(($(awk '/^MemTotal:/ {print $2}' /proc/meminfo) * 1024))
NUMCPUS=$(grep -c '^processor' /proc/cpuinfo)
NUMNODES=1
export MEMTOTAL_BYTES NUMCPUS NUMNODES
for config in "${configs[@]}"; do
  [[ -e $config ]] || { echo "File $config not found" && exit 255; }
  # shellcheck source=/dev/null
  source "$config"
done
[[ -z $force_monitor ]] || RUN_MONITOR=$force_monitor
echo "mmtests stand-in: $RUNNAME"

for test in ${MMTESTS-}; do [[ -x bin/bench-$test ]] || die "Installation step failed for $test"; done
! $build_only || exit 0

make_filesystem() {
  [[ -n ${TESTDISK_PARTITION-} ]] || return 0
  local size
  size=$(blockdev --getsize64 "$TESTDISK_PARTITION") || die "Unable to detect test partition $TESTDISK_PARTITION size ()"
  ((size > ${TESTDISK_MIN_SIZE:-0})) || die "Test disk partition is too small"
  echo "Creating test disk: $TESTDISK_FILESYSTEM"
  # shellcheck disable=SC2086 # options
  "mkfs.$TESTDISK_FILESYSTEM" $TESTDISK_MKFS_PARAM "$TESTDISK_PARTITION" || exit
  mkdir -p work/testdisk
  mount -t "$TESTDISK_FILESYSTEM" "$TESTDISK_PARTITION" work/testdisk || exit
}

start_monitors() {
  local monitor interval=${MONITOR_UPDATE_FREQUENCY:-10}
  monitors=()
  [[ ${RUN_MONITOR:-yes} == yes ]] || return 0
  for monitor in ${MONITORS_GZIP-} ${MONITORS_WITH_LATENCY-}; do
    { date +%s && cat /proc/uptime; } >"$iteration/$monitor-$test.start"
    case $monitor in
    vmstat) exec vmstat -n "$interval" ;;
    mpstat) exec mpstat -P ALL -u "$interval" ;;
    proc-*) while echo "time: $(date +%s)" && cat "/proc/${monitor#proc-}"; do sleep "$interval"; done ;;
    ftrace)
      for event in ${MONITOR_FTRACE_EVENTS-}; do echo 1 >"/sys/kernel/tracing/events/$event/enable"; done
      exec cat /sys/kernel/tracing/trace_pipe
      ;;
    esac >"$iteration/$monitor-$test" 2>/dev/null &
    monitors+=($!)
    echo "Started monitor $monitor gzip pid $!"
  done
}

stop_monitors() {
  local monitor
  ((${#monitors[@]})) || return 0
  kill "${monitors[@]}" 2>/dev/null
  wait "${monitors[@]}" 2>/dev/null
  for monitor in ${MONITORS_GZIP-} ${MONITORS_WITH_LATENCY-}; do gzip -f "$iteration/$monitor-$test"; done
}

teststate() { echo "$@" | tee -a "$iteration/tests-sysstate" >>"$iteration/tests-timestamp"; }
activity() { echo "$(date +%s) run-mmtests: $*" | tee -a "$iteration/tests-activity" >>"$base/mmtests-activity"; }

base=$SCRIPTDIR/work/log/$RUNNAME
rm -rf "$base"
mkdir -p "$base" work/tmp || exit
exit_code=0
for ((n = 0; n < ${MMTEST_ITERATIONS:-1}; n++)); do
  iteration=$base/iter-$n
  mkdir -p "$iteration"
  activity "Iteration $((n + 1)) start"
  if $mount; then make_filesystem; fi
  ! $mount_only || exit 0
  SHELLPACK_DATA=$SCRIPTDIR/work/tmp
  [[ -z ${TESTDISK_PARTITION-} ]] || SHELLPACK_DATA=$SCRIPTDIR/work/testdisk
  export SHELLPACK_DATA
  teststate "start :: $(date +%s)"
  for test in $MMTESTS; do
    [[ -z ${VM_TRANSPARENT_HUGEPAGES_DEFAULT-} ]] ||
      echo "$VM_TRANSPARENT_HUGEPAGES_DEFAULT" >/sys/kernel/mm/transparent_hugepage/enabled
    echo "Starting test $test"
    teststate "test begin :: $test $(date +%s)"
    activity "test start :: $test $(date +%s)"
    export LOGDIR_RESULTS=$iteration/$test/logs
    mkdir -p "$LOGDIR_RESULTS"
    start_monitors
    TIMEFORMAT="time :: $test %U user %S system %R elapsed"
    { time bash -c 'set -o pipefail; "$1" 2>&1 | tee "$LOGDIR_RESULTS/mmtests.log" >&3' bash "bin/bench-$test"; } \
      3>&1 2>"$iteration/timestamp"
    exit_code=$?
    stop_monitors
    gzip -f "$LOGDIR_RESULTS/mmtests.log"
    echo "test exit :: $test $exit_code"
    activity "test end :: $test $(date +%s) $exit_code"
    teststate "test end :: $test $(date +%s) $exit_code"
    teststate "$(tail -n 1 "$iteration/timestamp")"
    rm "$iteration/timestamp"
  done
  teststate "finish :: $(date +%s)"
  dmesg | gzip >"$iteration/dmesg.gz"
  cp /etc/os-release "$iteration/"
  gzip -f "$iteration/tests-sysstate"
  activity "Iteration $((n + 1)) end"
  [[ -z ${TESTDISK_PARTITION-} ]] || ! $mount || umount "$SHELLPACK_DATA"
done
echo "$(date +%s) status :: $exit_code" >>"$base/mmtests-activity"
exit $exit_code
