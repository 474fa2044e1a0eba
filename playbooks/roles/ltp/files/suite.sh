# SPDX-License-Identifier: GPL-2.0-or-later
# LTP for the runner of role test_run: list, recorded, run FILE; runs as root in the run's directory.
# LTP_SELECTED: groups, and tests as <group>/<tag>. LTP_TMP_DIR: where tests make their files.
export LC_ALL=C
runltp=/opt/ltp/runltp

# The lines of runtest/ that are group $1, as kdevops divides them.
commands() {
  file=$1 pattern=.
  case $1 in
  fcntl | notify) file=syscalls pattern=$1 ;;
  fs-bind | fs-perms-simple | fs-readonly) file=$(echo "$1" | tr - _) ;;
  nfs) file=net.nfs ;;
  rpc | tirpc) file=net.$1_tests ;;
  esac
  [ -e "${runltp%/*}/runtest/$file" ] || {
    echo "LTP has no group $1: there is no ${runltp%/*}/runtest/$file" >&2
    return 1
  }
  grep -e "$pattern" "${runltp%/*}/runtest/$file" | grep -v -e '^#' -e '^ ' -e '^$'
}

list() {
  for each in $LTP_SELECTED; do
    group=${each%%/*}
    commands "$group" >.commands || return
    awk -v group="$group" '{ print group "/" $1 }' .commands >.list
    case $each in
    */*) grep -xF -e "$each" .list || {
      echo "LTP has no test $each" >&2
      return 1
    } ;;
    *) cat .list ;;
    esac
  done >.selected || return
  awk '!seen[$0]++' .selected
  rm -f .commands .list .selected
}

# <group>/results/*.log: "TAG   PASS|FAIL|CONF   exit value".
recorded() {
  for log in */results/*.log; do
    [ ! -e "$log" ] || awk -v group="${log%%/*}" '
      NF == 3 && $2 ~ /^(PASS|FAIL|CONF)$/ && $3 ~ /^[0-9]+$/ { print group "/" $1 }' "$log"
  done
}

# The tests in FILE, one group after the other; files are named by the time, for the rest of a run that
# was interrupted adds to them.
run() {
  run=$(pwd -P) pass=$(date -u +%Y%m%dT%H%M%SZ) status=0
  rm -rf "$LTP_TMP_DIR"
  # shellcheck disable=SC2013 # names without blanks
  for group in $(cut -d/ -f1 "$1" | awk '!seen[$0]++'); do
    mkdir -p "$group/results" "$group/output"
    commands "$group" | awk -v group="$group" '
      NR == FNR { wanted[$0] = 1; next }
      group "/" $1 in wanted' "$1" - >"$group/commands" || return
    "$runltp" -p -f "$run/$group/commands" -l "$run/$group/results/$pass.log" -o "$run/$group/output/$pass.output" \
      -C "$run/$group/output/$pass.failed" -T "$run/$group/output/$pass.tconf" -d "$LTP_TMP_DIR" || status=1
  done
  rm -rf "$LTP_TMP_DIR"
  return $status
}

case $1 in
list) list ;;
recorded) recorded ;;
run) run "$2" ;;
esac
