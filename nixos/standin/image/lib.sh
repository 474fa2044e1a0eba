# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers of every stage. Globals set by build: builder, spec_file, out, initrd_out, work, root.

log() { printf 'image: %s\n' "$*" >&2; }
warn() { printf 'image: warning: %s\n' "$*" >&2; }
die() {
  printf 'image: error: %s\n' "$*" >&2
  exit 1
}

# step NAME FUNCTION: run a stage and say how long it took.
step() {
  local start=${EPOCHREALTIME/./} ms
  "$2"
  ms=$(((${EPOCHREALTIME/./} - start) / 1000))
  log "$1: $((ms / 1000)).$(printf %03d $((ms % 1000))) s"
}

# spec FILTER: query the specification; missing keys are null.
spec() { jq -r "$1" "$spec_json"; }
# is FILTER: true when the filter yields true.
is() { [[ $(spec "$1") == true ]]; }

# put PATH MODE: write standard input to PATH inside the guest.
put() {
  local file=$root/${1#/}
  mkdir -p -- "${file%/*}"
  rm -f -- "$file"
  cat >"$file"
  chmod "$2" "$file"
}

# link TARGET PATH: symbolic link inside the guest, replacing what is there.
link() {
  local file=$root/${2#/}
  mkdir -p -- "${file%/*}"
  ln -sfnT -- "$1" "$file"
}

# pack_initrd DIR: the directory as an uncompressed cpio archive on standard output, the same bytes for the
# same files.
pack_initrd() {
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  (cd "$1" && find . -mindepth 1 -print0 | sort -z | cpio -0 -o -H newc --quiet --reproducible -R 0:0)
}

# want UNIT TARGET: start UNIT with TARGET.
want() { link "../$1" "/etc/systemd/system/$2.wants/$1"; }

# Programs that the builder runs, and the Debian package of each.
program_packages() {
  cat <<'END'
mmdebstrap mmdebstrap
apt-get apt
dpkg-deb dpkg
jq jq
modprobe kmod
depmod kmod
cpio cpio
lz4 lz4
zstd zstd
mke2fs e2fsprogs
grub-mkimage grub-common
qemu-img qemu-utils
perl perl-base
flock util-linux
END
}

need_programs() {
  local program package missing=()
  while read -r program package; do
    command -v "$program" >/dev/null || missing+=("$package")
  done < <(program_packages)
  [[ -e /usr/lib/grub/i386-pc/boot.img ]] || missing+=(grub-pc-bin)
  [[ ${#missing[@]} -eq 0 ]] ||
    die "the image builder needs Debian packages that are not installed: ${missing[*]}; install them with: apt-get install ${missing[*]}"
}

# Owners other than ourselves need root, or a user namespace with subordinate ids. Does not return.
become_root_of_a_namespace() {
  local hint="run as root, or install package uidmap and give the user a range in /etc/subuid and /etc/subgid"
  command -v newuidmap >/dev/null || die "cannot build an image as user $(id -un): no newuidmap; $hint"
  # setgroups stays possible only with ids mapped by newgidmap, hence --map-auto.
  unshare --user --map-root-user --map-auto true 2>/dev/null ||
    die "cannot build an image as user $(id -un): user namespaces with subordinate ids do not work here; $hint"
  exec unshare --user --map-root-user --map-auto --mount --pid --fork --ipc --uts --kill-child \
    env KDEVOPS_STANDIN_CACHE="$(cache_dir)" "$builder/build" "$@"
}

# Where finished package trees are kept between builds.
cache_dir() {
  local dir
  for dir in "${KDEVOPS_STANDIN_CACHE:-}" "${XDG_CACHE_HOME:+$XDG_CACHE_HOME/kdevops-standin}" \
    /var/cache/kdevops-standin "/var/tmp/kdevops-standin-$(id -u)"; do
    [[ -n $dir ]] || continue
    if mkdir -p -- "$dir" 2>/dev/null && [[ -w $dir && -O $dir ]]; then
      printf '%s\n' "$dir"
      return
    fi
  done
  die "no directory for the package cache; set KDEVOPS_STANDIN_CACHE to a directory of your own"
}
