# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: MBR, boot loader and ext4 in a sparse file, without loop devices or mounts; then qcow2.

partition_start=2048 # sectors: 1 MiB, what is before it is the boot loader's

make_disk() {
  local raw=$work/disk.raw size sectors name format label
  name=$(spec .disk.baseName)
  format=$(spec .disk.format)
  label=$(spec .disk.label)
  size=$(disk_size_mib)
  sectors=$((size * 2048 - partition_start))
  [[ $sectors -lt 4294967296 ]] || die "diskSize = $size MiB: an MBR partition ends at 2 TiB"
  find "$root" -xdev -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} + 2>/dev/null || true
  truncate -s "${size}M" "$raw"
  write_mbr "$raw" "$sectors"
  write_boot_loader "$raw"
  # GRUB 2.06 reads none of the features switched off. The file is zeros: nothing is left to initialise
  # in the guest, so it stays idle and its overlay small.
  mke2fs -q -F -t ext4 -L "$label" -U 6b646576-6f70-7300-0000-000000000001 -m 1 \
    -O ^metadata_csum_seed,^orphan_file,^64bit,^resize_inode -E "offset=$((partition_start * 512)),lazy_itable_init=1,assume_storage_prezeroed=1,hash_seed=6b646576-6f70-7300-0000-000000000002" \
    -d "$root" "$raw" "$((sectors / 2))k" || die "mke2fs could not fill a disk of $size MiB"
  mkdir -p -- "$out"
  case $format in
    qcow2) qemu-img convert -f raw -O qcow2 "$raw" "$out/$name.qcow2.new" && mv "$out/$name.qcow2.new" "$out/$name.qcow2" ;;
    qcow2-compressed)
      qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd "$raw" "$out/$name.qcow2.new" &&
        mv "$out/$name.qcow2.new" "$out/$name.qcow2"
      ;;
    raw) cp --sparse=always -- "$raw" "$out/$name.img" ;;
  esac
  if is .disk.bootFiles; then
    cp -- "$root/boot/vmlinuz" "$out/kernel"
    cp -- "$root/boot/initrd" "$out/initrd"
    printf '%s\n' "$boot_params" >"$out/kernel-params"
  fi
}

# "auto": what the tree takes, ext4's own share, and additionalSpace.
disk_size_mib() {
  local size used
  size=$(spec .disk.diskSize)
  used=$(($(du -s --apparent-size --block-size=1M "$root" | cut -f1) * 11 / 10 + 64))
  if [[ $size == auto ]]; then
    size=$((used + $(spec .disk.additionalSpace)))
  elif [[ $size -lt $used ]]; then
    die "diskSize = $size MiB is too small: the system takes about $used MiB"
  fi
  echo "$size"
}

le32() { printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"; }
at() { dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }

# One active Linux partition; CHS fields say "too large, use LBA".
write_mbr() {
  printf '\x80\xfe\xff\xff\x83\xfe\xff\xff' | at "$1" 446
  { le32 "$partition_start" && le32 "$2"; } | at "$1" 454
  le32 1262769743 | at "$1" 440
  printf '\x55\xaa' | at "$1" 510
}

write_boot_loader() {
  local core=$work/core.img
  grub-mkimage -O i386-pc -o "$core" -p '(hd0,msdos1)/boot/grub' \
    biosdisk part_msdos ext2 normal configfile linux serial terminal echo ||
    die "grub-mkimage failed"
  [[ $(stat -c %s "$core") -le $(((partition_start - 1) * 512)) ]] || die "the boot loader does not fit before the partition"
  head -c 440 /usr/lib/grub/i386-pc/boot.img | at "$1" 0
  dd if="$core" of="$1" bs=512 seek=1 conv=notrunc status=none
}
