# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernels built here, outside Nix, and guests that boot them. What is there stays: make linux after
# an edit compiles what the edit touched.

linux_stages := linux-clone linux-configure linux-build linux-install
.PHONY: linux linux-baseline linux-dev $(linux_stages) nixos-rebuild-boot gdb

linux: build/.generated build/.tools
	$(Q)build/nixos-kernel all
linux-baseline linux-dev: build/.generated build/.tools
	$(Q)build/nixos-kernel all $(@:linux-%=%)
$(linux_stages): build/.generated build/.tools
	$(Q)build/nixos-kernel $(@:linux-%=%)

ifneq ($(CONFIG_NIXOS_BACKEND_IMAGELESS),)

# Guests that never had a kernel get one; make linux is who changes it.
define first-kernel
$(Q)build/nixos-kernel all --missing
endef

nixos-rebuild-boot: build/.generated ssh-key
	$(first-kernel)
	$(Q)build/nixos-build
	$(call vm,reboot $(HOSTS))

else

nixos-rebuild-boot: .config
	@echo "make: $@ restarts guests without a disk image (CONFIG_NIXOS_BACKEND_IMAGELESS=y)." \
	  "The kernel of these is in their image: make bringup" >&2
	@exit 1

endif

gdb: $(first_plan) build/.tools
	$(if $(VM),,@echo "make: say which node: make gdb VM=<name>; make status lists them" >&2; exit 2)
	$(Q)exec build/nixos-vm gdb $(call quote,$(VM))

define HELP_LINUX
Kernels
  linux               fetch, configure, build and install the kernels of this configuration
  linux-baseline, linux-dev  only that one
  linux-clone         fetch the sources; a branch is followed to its newest commit
  linux-configure, linux-build, linux-install  up to that stage
  nixos-rebuild-boot  restart guests without an image on the kernel and closure built last
  gdb VM=name         debug a node's kernel (CONFIG_LIBVIRT_ENABLE_GDB=y)
endef
HELP += HELP_LINUX
