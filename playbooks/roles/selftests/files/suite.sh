# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel selftests for the runner of role test_run: list, recorded, run FILE; runs as root in the run's
# directory. SELFTESTS: what `make install` of the selftests left, with radix-tree/ and vma/ beside it.
# SELFTESTS_WORK: where they are run, for they write beside themselves. SELFTESTS_SELECTED: targets and
# tests ("kmod", "kmod:kmod.sh"). SELFTESTS_KMOD_TIMEOUT: seconds.
export LC_ALL=C
# Not the shell's own variable: Ansible's command fills that in on the way here.
here=$(pwd)

# What tests a data structure in user space, and the module that tests it in the kernel.
program_of() {
  case $1 in
  maple:maple | xarray:xarray) echo "radix-tree/${1#*:}" ;;
  vma:vma) echo vma/vma ;;
  *) return 1 ;;
  esac
}
module_of() {
  case $1 in
  maple:test_maple_tree | xarray:test_xarray) echo "${1#*:}" ;;
  *) return 1 ;;
  esac
}

# A target that these sources do not have is planned under its own name, and skipped.
tests_of() {
  case $1 in
  maple) printf '%s\n' maple:maple maple:test_maple_tree ;;
  xarray) printf '%s\n' xarray:xarray xarray:test_xarray ;;
  vma) echo vma:vma ;;
  *) grep "^$1:" "$SELFTESTS/kselftest-list.txt" || echo "$1:$1" ;;
  esac
}

list() {
  planned=$(for each in $SELFTESTS_SELECTED; do
    case $each in
    *:*)
      tests_of "${each%%:*}" | grep -xF -e "$each" || {
        echo "there is no test $each in $SELFTESTS, only these:" >&2
        tests_of "${each%%:*}" >&2
        exit 1
      }
      ;;
    *) tests_of "$each" ;;
    esac
  done) && echo "$planned" | awk '!seen[$0]++'
}

recorded() {
  cat ./*.tap.log 2>/dev/null | sed -nE 's/^(not )?ok [0-9]+ selftests: ([^ ]+): ([^ ]+).*/\2:\3/p'
}

prepare() {
  [ "$(cat "$SELFTESTS_WORK/.run" 2>/dev/null)" != "$here" ] || return 0
  rm -rf "$SELFTESTS_WORK" && mkdir -p "$SELFTESTS_WORK" &&
    cp -R "$(realpath "$SELFTESTS")/." "$SELFTESTS_WORK" && chmod -R u+w "$SELFTESTS_WORK" || return
  # Without these two paths tests have no time limit: NixOS has neither.
  sed -i "s,/usr/bin/timeout,$(command -v timeout),g; s,/usr/bin/perl,$(command -v perl || echo /usr/bin/perl),g" \
    "$SELFTESTS_WORK/kselftest/runner.sh" || return
  if [ -n "$SELFTESTS_KMOD_TIMEOUT" ] && [ -d "$SELFTESTS_WORK/kmod" ]; then
    echo "timeout=$SELFTESTS_KMOD_TIMEOUT" >"$SELFTESTS_WORK/kmod/settings"
  fi
  echo "$here" >"$SELFTESTS_WORK/.run"
}

# one_of TEST LOG COMMAND...: the TAP of a test that prints none itself.
one_of() {
  name="selftests: ${1%%:*}: ${1#*:}" log=$2
  shift 2
  printf 'TAP version 13\n1..1\n# %s\n' "$name"
  ("$@") >>"$log" 2>&1
  code=$?
  case $code in
  0) echo "ok 1 $name" ;;
  4) echo "ok 1 $name # SKIP $(tail -n 1 "$log")" ;;
  *) echo "not ok 1 $name # exit=$code" ;;
  esac
}

absent() {
  echo "$1 is not in the sources of these tests"
  return 4
}

in_user_space() {
  [ -x "$SELFTESTS_WORK/$1" ] || { absent "$1"; return; }
  cd "$SELFTESTS_WORK/${1%/*}" && "./${1#*/}"
}

in_the_kernel() {
  modprobe -qn "$1" || { echo "this kernel has no module $1"; return 4; }
  modprobe -qr "$1"
  modprobe "$1"
  loaded=$?
  dmesg | sed -n "/$2/,\$p"
  modprobe -qr "$1"
  return $loaded
}

run() {
  prepare || return
  status=0
  while read -r test <&3; do
    target=${test%%:*}
    file=$(echo "$target" | tr / _)
    mark="run selftests $test at $(date '+%F %T')"
    echo "$mark" >/dev/kmsg
    tap=$here/$file.tap.log
    # A crash may have torn the last line.
    [ ! -s "$tap" ] || [ -z "$(tail -c 1 "$tap")" ] || echo >>"$tap"
    if program=$(program_of "$test"); then
      one_of "$test" "$here/$file.userspace.log" in_user_space "$program" >>"$tap"
    elif module=$(module_of "$test"); then
      one_of "$test" "$here/$file.module.log" in_the_kernel "$module" "$mark" >>"$tap"
    elif ! grep -qxF -e "$test" "$SELFTESTS_WORK/kselftest-list.txt"; then
      one_of "$test" "$here/$file.output.log" absent "tools/testing/selftests/$target" >>"$tap"
    else
      (cd "$SELFTESTS_WORK" && sh ./run_kselftest.sh -s -t "$test") </dev/null >>"$tap"
      cat "$SELFTESTS_WORK/output.log" >>"$file.output.log"
    fi
    dmesg | sed -n "/$mark/,\$p" >>"$file.dmesg.log"
    tail -n 1 "$tap" | grep -q '^ok ' || status=1
  done 3<"$1"
  return $status
}

case $1 in
list) list ;;
recorded) recorded ;;
run) run "$2" ;;
esac
