# SPDX-License-Identifier: GPL-2.0-or-later
#
# make help tells the targets. The tree is the directory with .config and everything generated:
# the sources, or the directory given by O=. Recipes run with the tree as working directory, so
# what they call may use relative paths; $(TOP) leads from there to the sources.

MAKEFLAGS += -rR --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:

TOPDIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

ifneq ($(words $(TOPDIR)/ $(CURDIR)/),2)
  $(error make cannot handle blanks in paths: move "$(TOPDIR)" to a path without blanks)
endif

O ?=
ifneq ($(filter-out $(CURDIR),$(abspath $(O))),)

# Another tree: make it, and go on there.
goals := $(or $(MAKECMDGOALS),all)
.PHONY: $(goals) other-tree
$(goals): other-tree
	@:
other-tree:
	@mkdir -p $(O)
	@test -e $(O)/Makefile || printf 'include %s/Makefile\n' '$(TOPDIR)' >$(O)/Makefile
	@$(MAKE) -C $(O) -f $(TOPDIR)/Makefile O= $(MAKECMDGOALS)

else

TOP := $(if $(filter-out $(CURDIR),$(TOPDIR)),$(TOPDIR)/)

.PHONY: all
all: generate

empty :=
space := $(empty) $(empty)
comma := ,
define newline


endef
squote := '
# Text as one word of the shell, whatever is in it.
quote = '$(subst $(squote),'\'',$(1))'

# Which bools of .config are y, and nothing else: string values never meet make or a shell.
goals := $(or $(MAKECMDGOALS),all)
# These need no configuration that is right.
idle_goals := help deps clean mrproper tools check test bench check-nixpkgs status console ssh gdb start stop \
  destroy nixos-run-clean demo %config defconfig-%
ifneq ($(wildcard .config),)
  ifneq ($(filter-out $(idle_goals),$(goals)),)
    include build/config.mk
  else
    -include build/config.mk
  endif
endif

V ?= $(if $(CONFIG_KDEVOPS_MAKE_VERBOSE)$(CONFIG_NIXOS_DEBUG_MODE),1,0)
Q := $(if $(filter 1,$(V)),,@)

# Nodes to work on; all of them when empty.
HOSTS ?=
override HOSTS := $(strip $(subst $(comma), ,$(HOSTS)))

# Each group adds a block of help: the name of a variable.
HELP :=

.PHONY: FORCE
FORCE:

include $(TOP)scripts/tools.mk
include $(TOP)scripts/kconfig.mk
include $(TOP)scripts/generate.mk
include $(TOP)scripts/nodes.mk
include $(TOP)scripts/linux.mk
include $(TOP)scripts/nixos.mk
include $(TOP)scripts/ansible.mk
include $(sort $(wildcard $(TOP)workflows/*/Makefile))
include $(TOP)scripts/demo.mk
include $(TOP)scripts/check.mk
include $(TOP)scripts/clean.mk

define HELP_COMMON
Everywhere
  HOSTS="a b"         work on these nodes only
  O=dir               keep .config and everything generated in dir, a tree of its own
  V=1                 print the commands
endef
HELP += HELP_COMMON

.PHONY: help
help:
	@:$(foreach block,$(HELP),$(info $($(block))$(newline)))

endif
