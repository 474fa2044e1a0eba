#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# fstests for runner.sh: `sh suite.sh list|recorded|run FILE` in a run's directory. Beside it lie
# local.config, the sections, and expunges, lines of "section test". The rest is in the environment
# (vars/main.yml). Whatever a restart of the node takes away is made here, for a run goes on without Ansible.
set -uf
results=$(pwd -P)
kernel=$(uname -r)
HOST=$(uname -n)
export HOST HOST_OPTIONS="$results/local.config" KEEP_DMESG=yes

die() {
  echo "suite.sh: $*" >&2
  exit 1
}

# A program of the closure, or the tree that the suite was built in.
check() {
  if command -v xfstests-check >/dev/null; then
    xfstests-check "$@"
  else
    cd "$FSTESTS_DIR" && ./check "$@"
  fi
}

# Tests of several sections carry the section's name.
prefix() {
  case $FSTESTS_SECTIONS in
  *' '*) echo "$1/" ;;
  esac
}

# Results belong here, wherever a configuration of the user's puts them.
configure() {
  sed -i -e '/^[[:space:]]*RESULT_BASE[[:space:]]*=/d' \
    -e "s|^\[.*|&\nRESULT_BASE=$results/$kernel|" local.config || exit
}

# What [default] and [$1] of local.config set. check reads them itself, but mounts TEST_DEV before that. As
# there, a name that nobody has set is empty.
settings() {
  set +u
  eval "$(sed -n "/^\[default\]/,/^\[/p; /^\[$1\]/,/^\[/p" local.config | sed -n 's/^[A-Z_]*=/export &/p')"
}

# Loop device N on sparse file N, 5 to 16, as kdevops's configurations name them; a server on this node.
devices() {
  [ -z "$FSTESTS_NFSD" ] || sh "$FSTESTS_NFSD/nfsd.sh" up "$FSTESTS_NFSD" || exit
  [ -n "$FSTESTS_SPARSE_PATH" ] || return 0
  modprobe loop 2>/dev/null
  mountpoint -q "$FSTESTS_SPARSE_PATH" ||
    mount -o X-mount.mkdir "$FSTESTS_SPARSE_DEVICE" "$FSTESTS_SPARSE_PATH" ||
    die "cannot mount $FSTESTS_SPARSE_DEVICE for the sparse files: run make fstests"
  used=$(losetup --raw --noheadings --output NAME,BACK-FILE)
  for n in 5 6 7 8 9 10 11 12 13 14 15 16; do
    file=$FSTESTS_SPARSE_PATH/$FSTESTS_SPARSE_PREFIX$n
    echo "$used" | grep -qxF "/dev/loop$n $file" && continue
    [ -e "$file" ] || truncate -s "$FSTESTS_SPARSE_SIZE" "$file" || die "cannot make $file"
    losetup "/dev/loop$n" "$file" || die "cannot put $file on /dev/loop$n"
  done
}

# Zoned devices in memory, for the section that wants some and has no drives of that kind.
zoned() {
  for device in $TEST_DEV ${SCRATCH_DEV-} ${SCRATCH_DEV_POOL-}; do
    case $device in /dev/nullb*) ;; *) continue ;; esac
    [ ! -b "$device" ] || continue
    modprobe null_blk nr_devices=0
    mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
    null=/sys/kernel/config/nullb/${device#/dev/}
    mkdir "$null" && echo 1024 >"$null/size" && echo 4096 >"$null/blocksize" && echo 1 >"$null/memory_backed" &&
      echo 1 >"$null/zoned" && echo 16 >"$null/zone_size" && echo 1 >"$null/power"
    [ -b "$device" ] ||
      die "cannot make $device: this kernel has no zoned null_blk (CONFIG_BLK_DEV_NULL_BLK, CONFIG_BLK_DEV_ZONED)"
  done
}

# check wants a TEST_DEV that it can mount, even when it makes it anew a moment later.
test_device() {
  mkdir -p "$TEST_DIR" "$SCRATCH_MNT" || exit
  case $FSTYP in xfs | btrfs | ext4) ;; *) return 0 ;; esac
  zoned
  ! mountpoint -q "$TEST_DIR" || umount "$TEST_DIR" || die "$TEST_DIR is in use"
  # shellcheck disable=SC2086 # lists of options
  mount -t "$FSTYP" ${TEST_FS_MOUNT_OPTS-} "$TEST_DEV" "$TEST_DIR" 2>/dev/null || {
    external=
    [ "${USE_EXTERNAL-no}" = no ] ||
      external="${TEST_LOGDEV:+-l logdev=$TEST_LOGDEV} ${TEST_RTDEV:+-r rtdev=$TEST_RTDEV}"
    wipefs --quiet --all "$TEST_DEV"
    "mkfs.$FSTYP" ${MKFS_OPTIONS-} $external "$TEST_DEV" >/dev/null ||
      die "mkfs.$FSTYP ${MKFS_OPTIONS-} $external $TEST_DEV failed"
  }
}

# Tests that have passed in any run on this kernel. check.time would be without those before a crash.
passed() {
  set +f
  awk -F'"' '
    /^\t<testcase / { test = $4 }
    /^\t\t<(failure|skipped)/ { test = "" }
    /^\t<\/testcase>/ && test != "" { print test }' ../2*T*Z/"$kernel/$1"/result*.xml 2>/dev/null
  set -f
}

plan() {
  section=$1 tests=$FSTESTS_TESTS
  if [ -n "$FSTESTS_FAILURES" ]; then
    # shellcheck disable=SC2086 # a list, of names with a section and without
    tests=$(printf '%s\n' $FSTESTS_FAILURES | sed -n "s|^$section/||; /^[^/]*\/[^/]*\$/p")
    [ -n "$tests" ] || return 0
  fi
  set -- -n -s "$section"
  if [ -n "$tests" ]; then
    # shellcheck disable=SC2086 # a list
    set -- "$@" $tests
  else
    awk -v s="$section" '$1 == s { print $2 }' expunges >"expunged-$section"
    set -- "$@" -E "$results/expunged-$section" -g "$FSTESTS_GROUPS" ${FSTESTS_EXCLUDE_GROUPS:+-x "$FSTESTS_EXCLUDE_GROUPS"}
  fi
  listing=$(
    settings "$section"
    test_device
    check "$@"
  ) || die "check $* failed: $listing"
  case $listing in
  *'unknown test, ignored'*) die "$(echo "$listing" | grep 'unknown test' | sed 's/, ignored//')" ;;
  esac
  passed=
  [ -z "$FSTESTS_INITIAL_BASELINE" ] || passed=$(passed "$section")
  echo "$listing" | sed -n 's|^\([a-z0-9]*/[0-9][0-9A-Za-z-]*\) *$|\1|p' |
    awk -v after="$FSTESTS_START_AFTER" -v skip="$FSTESTS_SKIP_TESTS $passed" -v prefix="$(prefix "$section")" '
      BEGIN { n = split(skip, names); for (i = 1; i <= n; i++) left_out[names[i]] = 1; on = after == "" }
      on && !($1 in left_out) { print prefix $1 }
      $1 == after { on = 1 }
      END { if (!on) { print "suite.sh: START_AFTER=" after ": not among the tests" >"/dev/stderr"; exit 1 } }'
}

# Tests with a result, of section $1 and without its name.
recorded() {
  set +f
  sed -n 's/^\t<testcase .* name="\([^"]*\)".*/\1/p' ./*/"$1"/result*.xml 2>/dev/null | sort -u
  set -f
}

# check writes result.xml anew: one of a pass that a crash ended is kept under the next free number.
keep() {
  [ -e "$kernel/$1/result.xml" ] || return 0
  n=1
  while [ -e "$kernel/$1/result-$n.xml" ]; do n=$((n + 1)); done
  mv "$kernel/$1/result.xml" "$kernel/$1/result-$n.xml"
}

# Output goes to the journal as well, when that is wanted; the status stays check's.
journaled() {
  if [ -z "$FSTESTS_JOURNAL" ]; then
    "$@"
  else
    { { "$@"; echo $? >"$results/.status"; } 2>&1 | tee -a /dev/fd/3 | systemd-cat -t fstests; } 3>&1
    return "$(cat "$results/.status")"
  fi
}

run() {
  status=0
  configure
  # check runs each test in a scope of its own, which the end of our unit does not end.
  trap 'systemctl stop "fstests-*.scope" 2>/dev/null; exit 143' TERM
  devices
  for section in $FSTESTS_SECTIONS; do
    tests=$(sed -n "s|^$(prefix "$section")\([a-z0-9]*/[0-9][^/]*\)\$|\1|p" "$1")
    [ -n "$tests" ] || continue
    keep "$section"
    (
      settings "$section"
      test_device
      # shellcheck disable=SC2086 # a list
      journaled check -s "$section" -R xunit ${FSTESTS_COUNT:+-I "$FSTESTS_COUNT"} $tests
    ) || status=$?
  done
  if [ -n "$FSTESTS_TRIM" ]; then
    find "$kernel" -type f ! -name '*.xml' -size "+$FSTESTS_TRIM" -exec truncate -s "$FSTESTS_TRIM" {} +
  fi
  return $status
}

case ${1-} in
list)
  configure
  devices >&2
  for section in $FSTESTS_SECTIONS; do plan "$section" || exit; done
  ;;
recorded)
  for section in $FSTESTS_SECTIONS; do recorded "$section" | sed "s|^|$(prefix "$section")|"; done
  ;;
run) run "$2" ;;
*) die "no verb '${1-}': list, recorded, run" ;;
esac
