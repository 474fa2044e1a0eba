# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: modules to load, and for images a small initrd that finds the root file system.

make_module_configuration() {
  spec '.kernelModules[]' | put /etc/modules-load.d/nixos.conf 0644
  {
    spec .modprobeConfig
    spec '.blacklistedKernelModules[] | "blacklist \(.)"'
  } | put /etc/modprobe.d/nixos.conf 0644
  # The button that ends a guest, its clock's seed and what reads them, DHCP's raw sockets. An external
  # kernel may have them built in, as modules or not at all.
  [[ -z $initrd_out ]] || put /etc/systemd/system/systemd-modules-load.service.d/standin.conf 0644 <<'END'
[Service]
ExecStartPre=-/usr/sbin/modprobe -qab button evdev virtio_rng virtio_net af_packet
END
}

make_initrd() {
  local dir=$work/initrd module
  kernel_version=$(cd "$root/usr/lib/modules" && echo *)
  [[ -d $root/usr/lib/modules/$kernel_version ]] || die "the package tree holds no kernel, or more than one: $kernel_version"
  mkdir -p "$dir"/{bin,dev,proc,sys,run,root,lib/modules}

  # Modules without which the root disk stays invisible, then those the configuration names.
  local required=(virtio_pci virtio_blk ext4) asked files=()
  mapfile -t asked < <(spec '.initrdModules[]')
  for module in "${required[@]}" "${asked[@]}"; do
    mapfile -t -O ${#files[@]} files < <(module_files "$module")
  done
  printf '%s\n' "${files[@]}" | awk 'NF && !seen[$0]++' >"$work/initrd-modules"
  (cd "$root" && sed 's,^/,,' "$work/initrd-modules" | cpio -pdm --quiet "$dir")
  # Load order: dependencies first, as modprobe lists them.
  for module in "${required[@]}"; do module_files "$module"; done | awk '!seen[$0]++' >"$dir/modules.first"
  cp "$work/initrd-modules" "$dir/modules.all"

  cp "$root/usr/bin/busybox" "$dir/bin/busybox"
  ln -s busybox "$dir/bin/sh"
  install -m 0755 "$builder/guest/initrd-init" "$dir/init"
  pack_initrd "$dir" | lz4 -l -9 -q - "$root/boot/initrd"

  spec '.kernelModules[]' | while read -r module; do
    module_exists "$module" || warn "boot.kernelModules: the guest's kernel $kernel_version has no module '$module'"
  done
  # The button that ends a guest, its clock's seed, and what reads them.
  printf '%s\n' button evdev virtio_rng virtio_net | put /etc/modules-load.d/standin.conf 0644
}

# module_files NAME: the module's file and its dependencies' below the root, in load order; nothing for
# a built-in or absent one.
module_files() {
  modprobe -d "$root" -S "$kernel_version" -C /dev/null --show-depends "$1" 2>/dev/null |
    sed -nE "s,^insmod $root/?([^ ]+).*,/\\1,p" | sed 's,^/lib/,/usr/lib/,' || true
}

module_exists() { modprobe -d "$root" -S "$kernel_version" -C /dev/null --show-depends "$1" >/dev/null 2>&1; }
