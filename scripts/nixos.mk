# SPDX-License-Identifier: GPL-2.0-or-later
#
# What else a node's NixOS can become: a machine run by hand, tests, images, an installer. And machines
# that run NixOS already.

FORMAT ?= qcow2
KERNEL ?=
GRAPHIC ?=
# Of several systems, the one to look into; all of them when empty.
SYSTEM ?=
DEPLOY_USER ?=
# A JSON request: docs/closure.md.
REQUEST ?=

.PHONY: nixos-run nixos-run-clean nixos-test nixos-test-interactive nixos-image nixos-iso nixos-repl deploy nixos-closure

# Users' tests and the suites' own are part of the generated systems.
build/.generated: $(wildcard $(TOP)tests/nixos/*.py $(TOP)workflows/*/smoke.py)

output = $(Q)build/nixos-build output $(1) $(if $(SYSTEM),--system $(call quote,$(SYSTEM)))

# Every system lets the fleet's key in.
.PHONY: fleet-key
fleet-key: build/.generated build/.tools
	$(Q)build/nixos-ssh-key create --tree $(CURDIR)

nixos-run: fleet-key
	$(Q)exec build/nixos-build run $(if $(KERNEL),--kernel $(call quote,$(KERNEL))) $(if $(GRAPHIC),--graphic) \
	  $(if $(VM),$(call quote,$(VM)))

nixos-run-clean: $(first_plan) build/.tools
	$(Q)build/nixos-build run-clean $(if $(VM),$(call quote,$(VM)))

nixos-test: fleet-key
	$(call output,test)

nixos-test-interactive nixos-repl: fleet-key
	$(Q)exec build/nixos-build $(if $(filter nixos-repl,$@),repl,test-driver) \
	  $(if $(SYSTEM),--system $(call quote,$(SYSTEM)))

nixos-image: fleet-key
	$(if $(filter qcow2 raw raw-efi,$(FORMAT)),,@echo "make: FORMAT is qcow2, raw or raw-efi" >&2; exit 2)
	$(call output,$(FORMAT))

nixos-iso: fleet-key
	$(call output,iso)

ifneq ($(REQUEST),)
nixos-closure: build/.tools
	$(Q)build/nixos-build closure --topdir $(TOPDIR) --request $(call quote,$(REQUEST))
else ifeq ($(CONFIG_NIXOS_BACKEND_IMAGELESS),y)
nixos-closure: fleet-key
	$(Q)build/nixos-build --json
else
nixos-closure:
	@echo "make: whose closure? Give REQUEST=file.json, or choose the imageless backend: make menuconfig" >&2
	@exit 1
endif

ifeq ($(CONFIG_NIXOS_DEPLOY),y)
deploy: fleet-key
	$(Q)build/nixos-build deploy $(if $(DEPLOY_USER),--user $(call quote,$(DEPLOY_USER))) $(HOSTS)
else
deploy: .config
	@echo "make: nothing to deploy to: declare hosts that run NixOS and set CONFIG_NIXOS_DEPLOY=y" >&2
	@exit 1
endif

# What is kept of deployed machines, nixos/hosts, is the user's.
.PHONY: clean-runs
clean mrproper: clean-runs
clean-runs:
	@rm -rf nixos/run

define HELP_NIXOS
NixOS without libvirt
  nixos-run [VM=name]     run a node's system in QEMU here; KERNEL=bzImage boots another kernel,
                          GRAPHIC=1 opens a window; QEMU_OPTS, QEMU_NET_OPTS, QEMU_KERNEL_PARAMS count
  nixos-run-clean         remove the disks that it keeps
  nixos-test              test the fleet: a machine per node, the suites' smoke tests, tests/nixos/*.py
  nixos-test-interactive  the same machines in a Python session
  nixos-image FORMAT=raw  a disk image for elsewhere: qcow2, raw or raw-efi
  nixos-iso               an installer with the fleet's keys and tools
  nixos-closure           build what imageless nodes boot; REQUEST=file.json: docs/closure.md
  nixos-repl              look into the configuration
  deploy [HOSTS="a b"]    give declared hosts that run NixOS the configuration
  SYSTEM=name             of several systems, only this one
endef
HELP += HELP_NIXOS
