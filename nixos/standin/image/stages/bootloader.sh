# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: GRUB's menu inside the guest. The boot sectors are written with the disk.

make_boot_menu() {
  local params label
  label=$(spec .disk.label)
  # Emulated CPUs leak nothing to anyone: mitigations and audit only cost them time. Later words win.
  params="root=LABEL=$label init=$system/init mitigations=off audit=0 random.trust_cpu=on"
  if is .growPartition; then params+=" standin.grow=1"; fi
  # shellcheck disable=SC2034 # for the disk stage
  boot_params="$params $(spec '.kernelParams | join(" ")')"
  # GRUB's words: anything unusual goes between single quotes.
  params+=" $(spec '.kernelParams | map(if test("^[A-Za-z0-9_.,:=/+%@-]+$") then . else @sh end) | join(" ")')"
  put /boot/grub/grub.cfg 0644 <<END
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=$(spec .loaderTimeout)
set default=0
menuentry "Stand-in for NixOS $(spec .release)" {
  linux /boot/vmlinuz $params
  initrd /boot/initrd
}
END
}
