# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: a tree of installed Debian packages. It depends on the package list alone, takes most of a
# build's time, and is therefore kept as <cache>/<key>.tar.lz4 with its checksum beside it.

# What every guest needs to boot and be reached; on nobody's PATH unless the specification lists it.
base_packages="systemd-sysv udev dbus openssh-server sudo kmod iproute2 e2fsprogs util-linux busybox-static libnss-myhostname"
debian_suite=bookworm

guest_packages() {
  {
    printf '%s\n' "$base_packages" | tr ' ' '\n'
    spec '.packages[], .storePackages[], .systemdPackages[] | .debian[]'
    if is .qemuGuest; then echo qemu-guest-agent; fi
    if is .nfsServer.enable; then printf '%s\n' nfs-kernel-server rpcbind; fi
    if is .rpcbind; then echo rpcbind; fi
    if [[ $(spec '.timeZone // "UTC"') != UTC ]]; then echo tzdata; fi
  } | sort -u
}

# The Debian archives that apt on this machine uses: one "deb" line each. Third-party ones stay out.
debian_sources() {
  apt-get indextargets --format "\$(ORIGIN)|\$(CODENAME)|\$(REPO_URI)|\$(RELEASE)|\$(COMPONENT)|\$(SIGNED_BY)|\$(TRUSTED)" \
    'Created-By: Packages' 'Architecture: amd64' 2>/dev/null |
    awk -F'|' -v suite="$debian_suite" '
      $1 == "Debian" && ($2 == suite || index($2, suite "-") == 1) {
        option = $6 ~ /^\// ? "[signed-by=" $6 "] " : ""
        print "deb " option $3 " " $4 " " $5
      }' | sort -u
}

apt_proxy_options() {
  apt-config dump --format '%F "%v";%n' 2>/dev/null |
    sed -nE '/^Acquire::(https?|ftp)::[Pp]roxy[^ ]* "[^"]/p' | sed 's/^/--aptopt=/'
}

# Everything the tree depends on besides the archive's present contents.
tree_key() {
  {
    echo "$debian_suite"
    cat "$work/packages"
    is .documentation && echo documentation
    cat "$builder/stages/packages.sh" "$builder/kernel-prune.list" "$builder/tree-prune.list"
  } | sha256sum | cut -c1-40
}

unpack_tree() {
  local cache key archive
  guest_packages >"$work/packages"
  cache=$(cache_dir)
  key=$(tree_key)
  archive=$cache/$key.tar.lz4
  mkdir "$root"
  # Concurrent builds of one tree wait for the first; different trees do not wait for each other.
  exec {cache_lock}>"$cache/$key.lock"
  flock "$cache_lock"
  if [[ -e $archive ]] && ! (cd "$cache" && sha256sum --status -c "$key.sha256" 2>/dev/null); then
    warn "cached package tree $archive is damaged; making it again"
    rm -f -- "$archive"
  fi
  if [[ ! -e $archive ]]; then
    make_tree "$work/tree"
    tar -C "$work/tree" --numeric-owner --sort=name --xattrs -cf - . | lz4 -1 -q - "$work/tree.lz4"
    sha256sum <"$work/tree.lz4" | sed "s|-\$|$key.tar.lz4|" >"$work/tree.sha256"
    mv -- "$work/tree.sha256" "$cache/$key.sha256"
    cp -- "$work/tree.lz4" "$archive.new"
    mv -- "$archive.new" "$archive"
    find "$cache" -maxdepth 1 -name '*.tar.lz4' -mtime +30 -delete
    find "$cache/debs" -name '*.deb' -mtime +30 -delete
    rm -rf --one-file-system -- "$work/tree" "$work/tree.lz4"
  fi
  touch -- "$archive"
  exec {cache_lock}>&-
  lz4 -dcq "$archive" | tar -C "$root" --numeric-owner --same-permissions --xattrs -xf -
}

# make_tree DIR: install the packages and the kernel, then remove what a guest never reads.
make_tree() {
  local tree=$1 sources proxy
  sources=$(debian_sources)
  [[ -n $sources ]] ||
    die "apt on this machine has no package lists of Debian $debian_suite; check /etc/apt/sources.list* and run apt-get update"
  printf '%s\n' "$sources" >"$work/sources.list"
  mapfile -t proxy < <(apt_proxy_options)
  log "installing $(wc -l <"$work/packages") packages and what they depend on (kept for the next build)"
  # Cluster creation by the package's own script would take seconds and is never used: services make
  # their data directories at first start, as on NixOS.
  # Archives are kept for the next package list; apt verifies each before use.
  local debs
  debs=$(cache_dir)/debs
  mkdir -p "$debs"
  mmdebstrap --quiet --mode=root --variant=minbase --include="$(paste -sd, "$work/packages")" \
    --dpkgopt=force-unsafe-io "${proxy[@]}" --skip=download/empty,essential/unlink \
    --setup-hook="mkdir -p \"\$1/var/cache/apt/archives\" && cp -u '$debs'/*.deb \"\$1/var/cache/apt/archives/\" 2>/dev/null || true" \
    --customize-hook="cp -u \"\$1\"/var/cache/apt/archives/*.deb '$debs/'" \
    --essential-hook="mkdir -p \"\$1/etc/postgresql-common\" && echo create_main_cluster=false >\"\$1/etc/postgresql-common/createcluster.conf\"" \
    "$debian_suite" "$tree" "$work/sources.list" >"$work/mmdebstrap.log" 2>&1 || {
    tail -n 30 "$work/mmdebstrap.log" >&2
    die "mmdebstrap could not install the packages; its last lines are above"
  }
  add_kernel "$tree"
  prune_tree "$tree"
  move_interpreters "$tree"
}

# Debian's generic kernel, extracted and not installed: no initramfs-tools, no maintainer scripts.
add_kernel() {
  local tree=$1 package version
  package=$(apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ {print $2; exit}')
  [[ -n $package ]] || die "apt knows no linux-image-amd64; run apt-get update"
  mkdir "$work/kernel"
  (cd "$work/kernel" && apt-get -qq -o APT::Sandbox::User=root download "$package") ||
    die "cannot download $package"
  dpkg-deb --fsys-tarfile "$work/kernel/$package"_*.deb |
    tar -C "$tree" --numeric-owner --no-overwrite-dir --keep-directory-symlink --exclude=./usr/share -xf -
  rm -rf "$work/kernel"
  version=${package#linux-image-}
  mv "$tree/boot/vmlinuz-$version" "$tree/boot/vmlinuz"
  rm -f "$tree"/boot/*-"$version"
  grep -v '^#' "$builder/kernel-prune.list" | (cd "$tree/usr/lib/modules/$version/kernel" && xargs -r rm -rf --)
  depmod -b "$tree" "$version"
}

# Files named in tree-prune.list, patterns relative to the tree's root.
prune_tree() {
  local tree=$1 pattern
  while read -r pattern; do
    case $pattern in
      '' | '#'*) continue ;;
      usr/share/man | usr/share/info) is .documentation && continue ;;
    esac
    # shellcheck disable=SC2086 # patterns are meant to expand
    (cd "$tree" && rm -rf -- $pattern)
  done <"$builder/tree-prune.list"
  drop_jit "$tree"
  # Enabled units are ours to choose; what Debian's packages enabled goes.
  rm -rf "$tree/etc/systemd/system" && mkdir -p "$tree/etc/systemd/system"
}

# NixOS's PostgreSQL has no JIT; Debian's brings 110 MB of LLVM for it, which goes unless something else
# in the tree depends on it.
drop_jit() {
  local users
  users=$(awk '/^Package: / {p = $2} /^Depends: .*libllvm[0-9]+/ {print p}' "$1/var/lib/dpkg/status")
  [[ $users == postgresql-* && $users != *$'\n'* ]] || return 0
  rm -rf "$1"/usr/lib/postgresql/*/lib/{llvmjit*,bitcode} "$1"/usr/lib/x86_64-linux-gnu/libLLVM* "$1"/usr/lib/llvm-*
}

# NixOS has no /bin/bash, /usr/bin/python3 or /usr/bin/perl, and scripts that name them fail there. The
# interpreters move aside and the first line of Debian's own scripts follows them.
interpreters=/usr/lib/standin/interpreters

move_interpreters() {
  local tree=$1 bin=$1$interpreters/bin file
  mkdir -p "$bin"
  for file in "$tree"/usr/bin/{bash,rbash,python3,python3.*,perl,perl5*,pydoc3*}; do
    mv -- "$file" "$bin/"
  done
  (cd "$tree" && follow_interpreters usr/bin usr/sbin usr/games usr/lib usr/libexec usr/share etc)
}

# follow_interpreters DIRS...: the first line of the programs below them. grep that finds none is no error.
follow_interpreters() {
  find "$@" -xdev -type f -perm /111 -print0 2>/dev/null |
    { xargs -0 -r grep -IlZE -m1 '^#! ?/(usr/)?bin/(bash|python3|perl)' -- || [[ $? -eq 123 ]]; } |
    xargs -0 -r sed -i -E "1s,^#! ?/(usr/)?bin/(bash|python3|perl),#!$interpreters/bin/\\2,"
}
