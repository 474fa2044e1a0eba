# SPDX-License-Identifier: GPL-2.0-or-later
# blktests for the runner of role test_run: list, recorded, run FILE; runs as root in the run's directory.
# BLKTESTS: where check is. BLKTESTS_SELECTED: tests and groups to run. BLKTESTS_EXPUNGES: tests to leave
# out unless they are named. TEST_DEVS: devices they may overwrite.
export LC_ALL=C

# Tests that only run on a device leave no trace where there is none.
needs_device() {
  grep -qE '^test_device(_array)?\(' "$1" && ! grep -qE '^(test|fallback_device)\(' "$1"
}

list() {
  cd "$BLKTESTS/tests" || return
  # kdevops's name of a group
  BLKTESTS_SELECTED=$(echo "$BLKTESTS_SELECTED" | sed 's/nvmemp/nvmeof-mp/')
  for each in $BLKTESTS_SELECTED; do
    if [ -f "$each" ]; then
      echo "$each"
    elif [ -d "$each" ]; then
      for test in "$each"/[0-9][0-9][0-9]; do
        case " $BLKTESTS_EXPUNGES " in *" $test "* | *" $each "*) continue ;; esac
        [ -z "$TEST_DEVS" ] && needs_device "$test" || echo "$test"
      done
    else
      echo "blktests has no group and no test $each in $BLKTESTS" >&2
      return 1
    fi
  done | sort -u
  # The status of the loop, not of sort.
  for each in $BLKTESTS_SELECTED; do [ -e "$each" ] || return; done
}

# results/<device>/<group>/<NNN>. A test that runs on several devices is on one of them while its .out
# is there.
recorded() {
  {
    find results -name '[0-9][0-9][0-9].out'
    grep -rls '^status' results --include='[0-9][0-9][0-9]'
  } 2>/dev/null | awk -F/ '
    { test = $(NF - 1) "/" $NF }
    sub(/\.out$/, "", test) { running[test] = 1; next }
    !(test in running) && !seen[test]++ { print test }'
}

# When a whole group lacks something ("nvme/***"), check says so and writes nothing: $1 are the tests it passed
# over. It goes on without a device that lacks it ("zbd/*** => sda"); with none left it passes over the tests that
# need one.
not_run() {
  recorded >.recorded
  grep -vxFf .recorded "$1" | while read -r test; do
    devices=
    ! needs_device "$BLKTESTS/tests/$test" || devices=$TEST_DEVS
    reason=$(awk -v group="${test%/*}/***" -v devices="$devices" '
      BEGIN { left = split(devices, paths); for (i in paths) { sub(/.*\//, "", paths[i]); fit[paths[i]] } }
      $1 == group && /\[not run\]/ {
        here = !found && ($2 != "=>" || $3 in fit)
        if (here && $2 == "=>") { delete fit[$3]; left-- }
        found = found || $2 != "=>" || (here && left == 0)
        next
      }
      here && sub(/^    /, "") { all = all (all == "" ? "" : "; ") $0; next }
      { here = 0 }
      END { if (found) print all == "" ? "the group is not run" : all }' output.log)
    [ -n "$reason" ] || continue
    mkdir -p "results/nodev/${test%/*}"
    printf 'date\t%s\nstatus\tnot run\nreason\t%s\n' "$(date '+%F %T')" "$reason" >"results/nodev/$test"
  done
  rm -f .recorded
}

run() {
  run=$(pwd -P)
  # Without names check would run everything.
  tests=$(cat "$1") && [ -n "$tests" ] || return
  modprobe -q configfs
  # It takes the devices of the srp tests.
  ! systemctl --quiet is-active multipathd || systemctl stop multipathd
  # Left behind by a crash.
  rm -rf results/tmpdir.*
  # shellcheck disable=SC2086 # one word per test
  (cd "$BLKTESTS" && exec ./check --output="$run/results" -- $tests)
  status=$?
  not_run "$1"
  return $status
}

case $1 in
list) list ;;
recorded) recorded ;;
run) run "$2" ;;
esac
