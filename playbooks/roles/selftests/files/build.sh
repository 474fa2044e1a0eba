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
# Sanitizers cannot be linked statically. TARGET_ARCH comes behind every other flag.
arch='' link=''
[ "$linking" != static ] || { arch='-static -fno-sanitize=all' link=LDFLAGS=-static; }
# Linux 6.1's maple tree says "fallthrough", which its headers for user space lack.
in_user_space() { make -s -j"$jobs" -C "tools/testing/$1" "$2" TARGET_ARCH="$arch" CPPFLAGS=-Dfallthrough= &&
  install -D -t "$room/$1" "tools/testing/$1/$2"; }

if [ "$(cat "$room/.linking" 2>/dev/null)" != "$linking" ]; then
  make -s -C tools/testing/radix-tree clean
  make -s -C tools/testing/selftests clean TARGETS="size $*"
fi >/dev/null 2>&1
# A target that this kernel does not have is skipped when it is to run. Without any, make would fail.
kernel=size
for target; do
  case $target in
  maple | xarray) in_user_space radix-tree "$target" || exit ;;
  vma) [ ! -e tools/testing/vma/Makefile ] || in_user_space vma vma || exit ;;
  *) [ ! -e "tools/testing/selftests/$target/Makefile" ] || kernel="$kernel $target" ;;
  esac
done >&2
{
  make -s -j"$jobs" headers &&
    make -s -j"$jobs" -C tools/testing/selftests install FORCE_TARGETS=1 TARGETS="$kernel" INSTALL_PATH="$room" \
      ${link:+"$link"} && echo "$linking" >"$room/.linking"
} >&2 || exit
[ "$(sums)" = "$before" ] || echo changed
