# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: the closure of a guest without a disk, for an external kernel.
#
#     OUT/init sw/ boot.json ...   what NixOS's toplevel has
#     OUT/standin/usr/             /usr of the guest: read from the store, below an overlay
#     OUT/standin/usr.tar          what of /usr the store cannot hold: owners, set-id bits, closed modes
#     OUT/standin/root.tar         everything else, unpacked into the tmpfs root
#
# The archives are not compressed: Nix finds in them the store paths that the guest refers to.

make_closure() {
  local archive=(tar --numeric-owner --format=gnu --sort=name "--mtime=@$SOURCE_DATE_EPOCH" --no-recursion)
  # The guest's kernel and its modules come from outside.
  rm -rf --one-file-system -- "${root:?}"/usr/lib/modules "${root:?}"/{boot,dev,proc,sys,run} "$root"/vmlinuz* "$root"/initrd*
  mkdir -p "$root"/{boot,dev,proc,sys,run,tmp,mnt,usr/lib/modules,nix}
  chmod 1777 "$root/tmp"

  keep_mounts_at_shutdown
  mkdir -p "$(dirname "$out")"
  mv -T -- "$root$system" "$out"
  mkdir "$out/standin"
  # The store is mounted by then; of /usr only the mount point.
  (cd "$root" && find . -xdev -mindepth 1 -path ./nix/store -prune -o -path ./usr -print -prune -o -print | LC_ALL=C sort | "${archive[@]}" --verbatim-files-from -T - -cf "$out/standin/root.tar")
  # With their parents, so that the overlay's directories are right, too.
  (cd "$root/usr" && find . -xdev -mindepth 1 \( ! -uid 0 -o ! -gid 0 \
    -o -type f ! -perm 0644 ! -perm 0755 ! -perm 0444 ! -perm 0555 \
    -o -type d ! -perm 0755 ! -perm 0555 \) -print |
    awk -F/ '{p = $1; for (i = 2; i <= NF; i++) {p = p "/" $i; print p}}' | LC_ALL=C sort -u |
    "${archive[@]}" --verbatim-files-from -T - -cf "$out/standin/usr.tar")
  # Whoever builds owns what goes into the store: Nix takes nothing else from an ordinary user.
  find "$root/usr" -xdev \( ! -uid 0 -o ! -gid 0 \) -exec chown -h 0:0 -- {} +
  mv -T -- "$root/usr" "$out/standin/usr"

  # The configuration's own files that the guest refers to: the closure ends here, not in their texts.
  spec '.storePaths[]' | put_out standin/references
  jq -n -S --arg system "$(spec .platform)" --arg name "$(spec .closure.label)" --arg out "$out" --arg initrd "$initrd_out/initrd" \
    '{"org.nixos.bootspec.v1": {$system, label: $name, toplevel: $out, init: "\($out)/init", $initrd},
      "org.nixos.specialisation.v1": {}}' | put_out boot.json
}

put_out() { cat >"$out/$1"; }

# What the initrd mounted stays until systemd's last step: stopping it with the other mounts would fail.
keep_mounts_at_shutdown() {
  local where
  while read -r where; do
    where=$(cd "$root" && realpath -m --relative-to=. "./$where")
    put "/etc/systemd/system/${where//\//-}.mount.d/standin.conf" 0644 <<<$'[Unit]\nDefaultDependencies=no'
  done < <(spec '.fileSystems[] | select(.neededForBoot and .mountPoint != "/") | .mountPoint | select(test("^[A-Za-z0-9/]+$"))')
}

# The initrd knows the mounts that must be there before systemd: "<type> <device> <where> <options>".
make_closure_initrd() {
  local dir=$work/initrd
  mkdir -p "$dir"/{bin,dev,proc,sys,run,usr,root} "$initrd_out"
  cp "$root/usr/bin/busybox" "$dir/bin/busybox"
  ln -s busybox "$dir/bin/sh"
  install -m 0755 "$builder/guest/closure-init" "$dir/init"
  spec '.fileSystems | sort_by(.mountPoint)[] | select(.mountPoint == "/" or .mountPoint == "/nix/store" or .neededForBoot)
    | [.fsType, .device, .mountPoint, ((.options // []) - ["defaults"]
       | map(select(startswith("x-") | not)) | if . == [] then "defaults" else join(",") end)]
    | join(" ")' >"$dir/mounts"
  pack_initrd "$dir" | zstd -q -9 -o "$initrd_out/initrd"
}
