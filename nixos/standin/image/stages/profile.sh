# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: store paths of packages, the system profile, and removal of the package manager.
#
#     <package path>/bin         links to the programs that its Debian packages own
#     <system>/sw/bin            links to the programs of spec.packages: what PATH names

# Debian's file lists say /bin/bash where the file is /usr/bin/bash or has moved to the interpreters.
# programs_of DIRS... -- PACKAGES...: absolute paths of their programs inside the guest.
programs_of() {
  local dirs=() lists=() name dir file
  while [[ $1 != -- ]]; do dirs+=("$1") && shift; done
  shift
  for name; do
    lists=("$root/var/lib/dpkg/info/$name.list" "$root/var/lib/dpkg/info/$name:amd64.list")
    for file in "${lists[@]}"; do
      [[ ! -e $file ]] || sed -nE 's,^/(usr/)?(s?bin|games)/([^/]+)$,\2/\3,p' "$file"
    done
  done | while read -r file; do
    if [[ -e $root$interpreters/bin/${file#*/} ]]; then
      echo "$interpreters/bin/${file#*/}"
    elif [[ -e $root/usr/$file || -L $root/usr/$file ]]; then
      echo "/usr/$file"
    fi
  done
  # These come last and win: /usr/lib/postgresql/15/bin/psql over Debian's wrapper /usr/bin/psql.
  for dir in "${dirs[@]}"; do
    for file in "$root$dir"/*; do
      [[ ! -x $file || -d $file ]] || echo "${file#"$root"}"
    done
  done
}

# Alternatives (awk, editor, ...) belong to the package whose program they lead to.
# One line each: "<program they end at> <link>".
list_alternatives() {
  local file target
  for file in "$root"/usr/bin/* "$root"/usr/sbin/*; do
    [[ -L $file ]] || continue
    target=$(readlink "$file")
    [[ $target == /etc/alternatives/* ]] || continue
    target=$(readlink "$root$target") || continue
    [[ $target == /bin/* || $target == /sbin/* ]] && target=/usr$target
    echo "$target ${file#"$root"}"
  done
}

# add_tree DIR: what Debian has no package of, over the guest's /usr.
add_tree() {
  local copy=$work/suite
  mkdir "$copy"
  tar -C "$1" --owner=0 --group=0 --mode=u+w -cf - . | tar -C "$copy" -xf -
  follow_interpreters "$copy"
  tar -C "$copy" -cf - . | tar -C "$root/usr" --no-overwrite-dir --keep-directory-symlink -xf -
  rm -rf -- "$copy"
}

make_store_package() {
  local path=$1 bin_dirs=$2 debian=$3 links=$4 tree=$5 targets name
  [[ ! -e $root$path/bin ]] || return 0
  # shellcheck disable=SC2086 # lists of words
  mapfile -t targets < <(programs_of $bin_dirs -- $debian)
  if [[ $tree != null ]]; then
    add_tree "$tree"
    for name in "$tree"/bin/*; do [[ ! -e $name ]] || targets+=("/usr/bin/${name##*/}"); done
  fi
  for name in $links; do
    link "${name#*=}" "${name%%=*}"
    [[ $name != /usr/bin/* ]] || targets+=("${name%%=*}")
  done
  mkdir -p "$root$path/bin"
  if [[ ${#targets[@]} -gt 0 ]]; then
    mapfile -t -O ${#targets[@]} targets < <(printf '%s\n' "${targets[@]}" |
      awk 'NR == FNR {own[$0]; next} $1 in own {print $2}' - "$work/alternatives")
    ln -sf -t "$root$path/bin" -- "${targets[@]}"
  fi
  link /usr/lib "$path/lib"
  link /usr/share "$path/share"
}

make_profile() {
  local path dirs debian links profile=$root$system/sw/bin file missing
  list_alternatives >"$work/alternatives"
  missing=$(spec '.packages[], .storePackages[] | .debian[]' | sort -u | while read -r file; do
    [[ -e $root/var/lib/dpkg/info/$file.list || -e $root/var/lib/dpkg/info/$file:amd64.list ]] || echo "$file"
  done)
  [[ -z $missing ]] || die "packages did not arrive in the tree: ${missing//$'\n'/ }"

  while IFS='|' read -r path dirs debian links tree; do
    make_store_package "$path" "$dirs" "$debian" "$links" "$tree"
  done < <(spec '.packages[], .storePackages[]
    | "\(.path)|\(.binDirs | join(" "))|\(.debian | join(" "))|\(.links | map("\(.path)=\(.target)") | join(" "))|\(.tree)"')

  mkdir -p "$profile"
  # The first package that has a program of some name wins, as in nixpkgs's buildEnv.
  while read -r path; do
    for file in "$root$path"/bin/*; do echo "${file#"$root"}"; done
  done < <(spec '.packages[].path') |
    awk -F/ '!seen[$NF]++' >"$work/programs"
  xargs -r -d '\n' -a "$work/programs" ln -s -t "$profile" --
  # sh is bash on NixOS.
  [[ ! -L $profile/bash ]] || ln -sfn bash "$profile/sh"
  link /usr/lib "$system/sw/lib"
  link /usr/share "$system/sw/share"
  link /usr "$system/systemd"
  if [[ -z $initrd_out ]]; then
    link /boot/vmlinuz "$system/kernel"
    link /boot/initrd "$system/initrd"
    link /usr/lib/modules "$system/kernel-modules/lib/modules"
    spec '.kernelParams | join(" ")' | put "$system/kernel-params" 0444
  fi
  printf '%s' "$(spec .release)" | put "$system/nixos-version" 0444
  printf 'x86_64-linux' | put "$system/system" 0444

  # A guest without a disk has the host's store.
  [[ -n $initrd_out ]] || copy_store_paths
  # A guest installs nothing: its packages are its configuration's.
  rm -rf "$root"/var/lib/dpkg "$root"/etc/apt "$root"/etc/dpkg "$root"/usr/lib/apt "$root"/usr/bin/{apt,dpkg}* \
    "$root"/var/lib/apt "$root"/usr/share/debconf "$root"/etc/cron.*
}

# Texts of the configuration (writeText, writeShellScript) that units and files refer to.
copy_store_paths() {
  local path
  while read -r path; do
    [[ -e $path ]] || die "the configuration refers to $path, which is not in this machine's store"
    [[ -e $root$path ]] || cp -a --no-preserve=ownership -- "$path" "$root$path"
  done < <(spec '.storePaths[]')
}
