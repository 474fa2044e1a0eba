#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One run of a suite on this node: `sh runner.sh VERB` as root, in the run's own directory.
#   start                 start the run, or go on with it: unit kdevops-<workflow>
#   state                 print how far it is, as NAME=value lines
#   crashed VERDICT TEST  TEST took the node down (panic, hang): it is not run again
#   stop                  end the run
#   run                   what the unit does
# Planned tests are in `tests`. What has a result is told by suite.sh, the workflow's adapter; what
# has none and did not crash is run by the next start. `exit_status` exists when the run has ended.
set -u
cd "$(dirname "$0")" || exit
directory=$(pwd -P)
. ./environment
unit=kdevops-$KDEVOPS_WORKFLOW

# Planned tests that have no result and did not crash. No file of its own: the unit and `state` ask at once.
remaining() {
  { sh suite.sh recorded; cut -d' ' -f2- crashed; } 2>/dev/null |
    awk '{ over[$0] } END { while ((getline test <"tests") > 0) if (!(test in over)) print test }'
}

# end STATUS [REASON]: the run is over. Plain words only: they go into JSON.
end() {
  sed "s/\"exit_status\": null/\"exit_status\": $1/; s/\"failure\": \"\"/\"failure\": \"${2-}\"/" run.json >run.json.new &&
    mv run.json.new run.json
  sync -f . 2>/dev/null
  echo "$1" >exit_status.new && mv exit_status.new exit_status
  sync -f . 2>/dev/null
  # Who reads the console need not wait until it asks again.
  { echo "end $KDEVOPS_WORKFLOW ${directory##*/}" >/dev/kmsg; } 2>/dev/null
}

# planned NAME: the planned test of that name, or whose last part it is: a suite may say no more than
# that. Of several, the first that remains.
planned() {
  { remaining; cat tests; } 2>/dev/null | awk -v name="$1" '
    name != "" && ($0 == name || substr($0, length($0) - length(name)) == "/" name) { print; exit }'
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

run() {
  # What tests say on the kernel log reaches the console, where a crash is seen.
  dmesg -n 7
  echo "$(boot_id) $(cut -d' ' -f1 /proc/uptime)" >pass
  if [ ! -e tests ]; then
    sh suite.sh list >tests.new 2>>output.log || { end 1 "suite.sh cannot list its tests: see output.log"; return; }
    [ -s tests.new ] || { end 1 "no test is selected"; return; }
    mv tests.new tests
  fi
  remaining >remaining
  status=0
  if [ -s remaining ]; then
    # A crash must not take results with it that only the page cache had.
    while sleep 1 && kill -0 $$ && sync -f .; do :; done >/dev/null 2>&1 &
    syncer=$!
    sh suite.sh run remaining >>output.log 2>&1
    status=$?
    kill "$syncer"
  fi
  [ ! -s crashed ] || [ "$status" -ne 0 ] || status=1
  end "$status"
}

# The test that the kernel log names last, and since when, if it is of this pass and unfinished.
current() {
  read -r boot began <pass 2>/dev/null && [ "$boot" = "$(boot_id)" ] || return
  dmesg | awk -v began="$began" -v uptime="$(cut -d' ' -f1 /proc/uptime)" -v now="$(date +%s)" '
    match($0, /^\[ *[0-9.]+\]/) && (/\] run [a-z0-9_-]+ [^ ]+ at / || /\] LTP: starting /) {
      at = substr($0, 2, RLENGTH - 2) + 0
      if (at < began - 1) next
      # Kernels with CONFIG_PRINTK_CALLER say behind the time who speaks: [ T1234] or [ C0].
      rest = substr($0, RLENGTH + 1)
      while (match(rest, /^ *\[ *[TC][0-9]+\]/)) rest = substr(rest, RLENGTH + 1)
      split(rest, word, " ")
      test = word[3]
      since = int(now - uptime + at)
    }
    END { if (test != "") print test, since }'
}

state() {
  now=$(date +%s) planned=0 recorded=0 crashed=0 test='' since=0
  if [ -e tests ]; then
    planned=$(wc -l <tests)
    recorded=$(sh suite.sh recorded 2>/dev/null | grep -cxFf tests)
  fi
  [ ! -e crashed ] || crashed=$(wc -l <crashed)
  active=$(systemctl is-active "$unit")
  ended=0
  if [ -e exit_status ]; then
    ended=1
  elif [ "$active" = active ]; then
    # shellcheck disable=SC2046 # two words
    set -- $(current)
    since=${2-0}
    test=$(planned "${1-}")
  fi
  echo "run=${directory##*/}"
  echo "boot_id=$(boot_id)"
  echo "unit=$active"
  echo "ended=$ended"
  echo "exit_status=$(cat exit_status 2>/dev/null)"
  echo "planned=$planned"
  echo "recorded=$recorded"
  echo "crashed=$crashed"
  echo "current=$test"
  echo "since=$since"
  echo "now=$now"
}

case ${1-} in
start)
  [ ! -e exit_status ] || exit 0
  ! systemctl --quiet is-active "$unit" || exit 0
  # Tests that run out of memory on purpose lose a process; systemd would stop the whole unit for it.
  systemd-run --quiet --collect --unit="$unit" --description="$KDEVOPS_WORKFLOW ${directory##*/}" \
    --property=OOMPolicy=continue "$(command -v sh)" "$directory/runner.sh" run
  ;;
state) state ;;
crashed)
  test=$(planned "$3")
  grep -qxF -e "$2 ${test:-$3}" crashed 2>/dev/null || echo "$2 ${test:-$3}" >>crashed
  sync -f .
  ;;
stop)
  systemctl stop "$unit" 2>/dev/null
  [ -e exit_status ] || end 130 "stopped"
  ;;
run) run ;;
*)
  echo "runner.sh: no verb '${1-}': start, state, crashed, stop, run" >&2
  exit 2
  ;;
esac
