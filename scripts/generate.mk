# SPDX-License-Identifier: GPL-2.0-or-later
#
# .config to every generated file. nixos-gen leaves files with unchanged bytes alone, so a stamp
# says when it last ran; a generated file that went missing makes it run again.

generated := hosts extra_vars.yaml ansible.cfg nixos/generated/plan.json
missing := $(filter-out $(wildcard $(generated)),$(generated))
templates := $(wildcard $(TOP)templates/* $(TOP)templates/*/*)

build/.generated: .config build/.config-checked build/.generator $(templates) \
                  $(wildcard $(TOP)workflows/*/workflow.yaml) $(if $(missing)$(moved),FORCE)
	$(Q)build/nixos-gen $(if $(CONFIG_NIXOS_DEBUG_MODE),-v) --config .config --topdir $(srctree) --tree $(CURDIR)
	@touch $@

.PHONY: generate diff-generated
generate: build/.generated
	@:

# What a new run would change, without changing it.
diff-generated: .config build/.generator
	$(Q)build/nixos-gen --check --config .config --topdir $(srctree) --tree $(CURDIR)

# Targets for machines that exist read the plan they were made from, not today's .config.
nixos/generated/plan.json:
	@test -e $@ || { \
	  echo "make: nothing has been generated here yet: run 'make', then 'make bringup'" >&2; exit 1; }

define HELP_GENERATE
Generation
  all                 the default: write what .config asks for into nixos/generated/, hosts,
                      extra_vars.yaml and ansible.cfg
  diff-generated      say what that would change
  tools               build the tools into build/
  deps                install the Debian packages that are missing
endef
HELP += HELP_GENERATE
