# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nodes: build their image, start them, look at them, remove them.

VM ?=
vm = $(Q)build/nixos-vm $(1)
first_plan := nixos/generated/plan.json

.PHONY: bringup build-images ssh-key host-services status console ssh start stop destroy ping

ifeq ($(CONFIG_SKIP_BRINGUP),y)

bringup: build/.generated
	@echo "Nothing to bring up: this configuration uses machines that are already running"
build-images start stop destroy: .config
	@echo "make: $@ has nothing to work on: with CONFIG_SKIP_BRINGUP=y the machines are not ours" >&2
	@exit 1

else

ssh-key: build/.tools
	$(Q)build/nixos-ssh-key create --tree $(CURDIR)

host-services:
	$(Q)$(TOP)scripts/host-services $(if $(CONFIG_LIBVIRT_URI_SYSTEM),,--session)

build-images: build/.generated ssh-key
	$(Q)build/nixos-build

# One after the other even with -j: each needs what the one before made.
bringup: build/.generated ssh-key
	$(Q)$(TOP)scripts/host-services $(if $(CONFIG_LIBVIRT_URI_SYSTEM),,--session)
	$(first-kernel)
	$(Q)build/nixos-build
	$(call vm,up $(HOSTS))

start: $(first_plan) build/.tools
	$(call vm,start $(HOSTS))
stop: $(first_plan) build/.tools
	$(call vm,stop $(HOSTS))
destroy: build/.tools
	$(Q)if test -e $(first_plan); then build/nixos-vm destroy $(HOSTS); \
	  else echo "Nothing to destroy: nothing has been generated here"; fi

endif

status: $(first_plan) build/.tools
	@# Nodes that do not run are an answer, not an error.
	$(Q)$(TOP)scripts/status_nixos.sh $(HOSTS) || test $$? -eq 1
console: $(first_plan) build/.tools
	$(call vm,console $(or $(VM),$(HOSTS)))
ssh: $(first_plan) build/.tools
	$(if $(or $(VM),$(HOSTS)),,@echo "make: say which node: make ssh VM=<name>; make status lists them" >&2; exit 2)
	$(call vm,ssh $(or $(VM),$(HOSTS)))

define HELP_NODES
Nodes
  bringup             build the image or closure, start the nodes, wait until they answer
  status              every node's state and address
  console [VM=name]   a node's serial console
  ssh VM=name         log in
  start, stop         boot nodes that are off, shut nodes down
  ping                ask every node from the inside whether it is the one it should be
  build-images        build only
  destroy             remove the nodes, their disks and entries
endef
HELP += HELP_NODES
