# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the selftests of kernel tree $1 and installs them into $2, with the programs that test data
# structures in user space beside them; prints "changed" when something else than before is there.
# $3: "static" for a node with other libraries than this machine's; the rest: targets
tree=$1 room=$2 linking=$3
shift 3
cd "$tree" || exit
[ -d tools/testing/selftests ] || { echo "$tree is no kernel tree: it has no tools/testing/selftests" >&2; exit 1; }
jobs=$(nproc)
sums() { find "$room" -type f -exec cksum {} + 2>/dev/null | sort; }
before=$(sums)
flags='' sanitized=yes
[ "$linking" != static ] || flags=-static sanitized=

kernel=
for target; do
  case $target in
  maple | xarray)
    # Sanitizers cannot be linked statically. 6.1's maple tree needs the last definition.
    if [ -n "$sanitized" ]; then
      CFLAGS=-Dfallthrough= make -s -j"$jobs" -C tools/testing/radix-tree "$target"
    else
      make -s -j"$jobs" -C tools/testing/radix-tree "$target" LDFLAGS="$flags" \
        CFLAGS='-I. -I../shared -I../../include -g -O2 -w -D_LGPL_SOURCE -Dfallthrough='
    fi && install -D -t "$room/radix-tree" "tools/testing/radix-tree/$target" || exit
    ;;
  vma)
    [ -d tools/testing/vma ] || continue # Linux 6.11
    if [ -n "$sanitized" ]; then make -s -j"$jobs" -C tools/testing/vma
    else
      make -s -j"$jobs" -C tools/testing/vma LDFLAGS="$flags" CFLAGS='-I. -I../shared -I../../include -g -O2 -w -D_LGPL_SOURCE'
    fi && install -D -t "$room/vma" tools/testing/vma/vma || exit
    ;;
  # A target that this kernel does not have is skipped when it is to run.
  *) [ ! -d "tools/testing/selftests/$target" ] || kernel="$kernel $target" ;;
  esac >&2
done
if [ -n "$kernel" ]; then
  make -s -j"$jobs" headers >&2 &&
    make -s -j"$jobs" -C tools/testing/selftests install FORCE_TARGETS=1 TARGETS="$kernel" INSTALL_PATH="$room" \
      ${flags:+LDFLAGS="$flags"} >&2 || exit
else
  make -s -C tools/testing/selftests install TARGETS= INSTALL_PATH="$room" >&2 || exit
  touch "$room/kselftest-list.txt"
fi
[ "$(sums)" = "$before" ] || echo changed
