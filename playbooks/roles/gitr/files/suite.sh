# SPDX-License-Identifier: GPL-2.0-or-later
# git's tests for the runner of role test_run: list, recorded, run FILE; runs as root in the run's directory.
# GITR: a built git. GITR_GROUPS: xfs, nfs_v42, ...: more than one, and tests are called GROUP/TEST.
# GITR_SELECTED: tests ("t0001", "t5510-fetch", "t00*"); empty: all. GITR_THREADS: single, fast, stress or a
# number. GITR_FSTYPE, _SOURCE, _MNT, _MOUNT_OPTS: what is mounted, and where; GITR_NODE, a directory of
# this node's there. GITR_USER: who runs the tests. Results stay here: the file system under test may not
# survive a crash.
export LC_ALL=C
# Not the shell's own variable: Ansible's command fills that in on the way here.
here=$(pwd)
place=$GITR_MNT/$GITR_NODE

several() { [ "${GITR_GROUPS#* }" != "$GITR_GROUPS" ]; }

scripts() {
  cd "$GITR/t" || return
  [ -n "$GITR_SELECTED" ] || printf '%s\n' t[0-9]*.sh
  for each in $GITR_SELECTED; do
    each=${each##*/}
    # A number, a pattern or a name.
    # shellcheck disable=SC2086
    found=$(ls -d ${each%.sh}.sh ${each%.sh}-*.sh 2>/dev/null)
    [ -n "$found" ] || { echo "git has no test $each in $GITR/t" >&2; exit 1; }
    echo "$found"
  done
}

list() {
  planned=$(scripts) || return
  for group in $GITR_GROUPS; do
    prefix=
    ! several || prefix=$group/
    echo "$planned" | awk -v prefix="$prefix" '!seen[$0]++ { sub(/\.sh$/, ""); print prefix $0 }'
  done
}

# A script's exit status is written when everything else of it is.
recorded() {
  for group in $GITR_GROUPS; do
    prefix=
    ! several || prefix=$group/
    find "$group/t/test-results" -name '*.exit' -size +0 -printf "$prefix%f\n" 2>/dev/null | sed 's/\.exit$//'
  done
}

options_of() {
  case $1 in
  nfs_v3) echo "vers=3,proto=tcp,$GITR_MOUNT_OPTS" ;;
  nfs_v40) echo "vers=4.0,proto=tcp,$GITR_MOUNT_OPTS" ;;
  nfs_v41 | nfs_pnfs) echo "vers=4.1,proto=tcp,$GITR_MOUNT_OPTS" ;;
  nfs_v42) echo "vers=4.2,proto=tcp,$GITR_MOUNT_OPTS" ;;
  nfs_rdma) echo "vers=4.1,proto=rdma,$GITR_MOUNT_OPTS" ;;
  *) echo "$GITR_MOUNT_OPTS" ;;
  esac
}

# mounted GROUP: the file system of that group on GITR_MNT, as it is configured now, and no other.
mounted() {
  while mountpoint -q "$GITR_MNT"; do umount "$GITR_MNT" || return; done
  mkdir -p "$GITR_MNT" && mount -t "$GITR_FSTYPE" -o "$(options_of "$1")" "$GITR_SOURCE" "$GITR_MNT"
}

# The tests and what they start lie on the file system under test; the rest of git is linked there.
prepare() {
  mounted "$1" || { echo "cannot mount $GITR_SOURCE on $GITR_MNT for $1" >&2; return 1; }
  results=$here/$1/t
  mkdir -p "$results" || return
  suite="$(realpath "$GITR/t") $("$GITR/git" version)"
  if [ "$(cat "$place/suite" 2>/dev/null)" != "$suite" ]; then
    rm -rf "$place" && mkdir -p "$place/git" || return
    for entry in "$GITR"/*; do
      case ${entry##*/} in
      t) cp -R "$(realpath "$entry")" "$place/git/t" ;;
      *) ln -s "$entry" "$place/git/" ;;
      esac || return
    done
    sync -f "$place" && echo "$suite" >"$place/suite" || return
  fi
  # What failed tests of another run left.
  if [ "$(cat "$place/run" 2>/dev/null)" != "$here/$1" ]; then
    rm -rf "$place/trash" && mkdir "$place/trash" && echo "$here/$1" >"$place/run" || return
  fi
  chown "$GITR_USER" "$results" "$place/trash"
}

at_once() {
  case $GITR_THREADS in
  single) echo 1 ;;
  fast) nproc ;;
  stress) echo $(($(nproc) * 2)) ;;
  *) echo "$GITR_THREADS" ;;
  esac
}

# one TEST: what prove runs. Under a harness git keeps no .counts.
one() {
  echo "run gitr $1 at $(date '+%F %T')" >/dev/kmsg
  group=${1%/*}
  [ "$group" != "$1" ] || group=$GITR_GROUPS
  export TEST_OUTPUT_DIRECTORY="$here/$group/t"
  [ -n "$GITR_SELECTED" ] || export GIT_TEST_CLONE_2GB=true
  unset HARNESS_ACTIVE HARNESS_VERSION
  cd "$place/git/t" || return
  set -- "./${1##*/}.sh" --verbose-log "--root=$place/trash"
  [ "$GITR_USER" = root ] || set -- runuser -u "$GITR_USER" -- "$@"
  exec "$@" </dev/null
}

# archive GROUP: what prove -a makes, of all passes of this run: the TAP of each test, and their order.
archive() {
  (
    cd "$1/t/test-results" || exit
    {
      echo '---'
      echo 'file_order:'
      for out in *.out; do echo "  - ${out%.out}"; done
    } >meta.yml
    tar -czf "../../../$1.tgz" --transform='s,^\./\(.*\)\.out$,\1,' meta.yml ./*.out
    rm meta.yml
  )
}

run() {
  status=0
  for group in $GITR_GROUPS; do
    if several; then tests=$(grep "^$group/" "$1"); else tests=$(cat "$1"); fi
    [ -n "$tests" ] || continue
    prepare "$group" || return
    # shellcheck disable=SC2086 # one word per test
    prove -Q --jobs "$(at_once)" --exec 'sh suite.sh one' $tests >>"$group.summary" 2>&1 || status=$?
    cat "$group.summary"
    archive "$group"
  done
  return $status
}

case $1 in
list) list ;;
recorded) recorded ;;
run) run "$2" ;;
one) one "$2" ;;
esac
