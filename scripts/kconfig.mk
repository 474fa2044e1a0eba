# SPDX-License-Identifier: GPL-2.0-or-later
#
# Configuration with kconfig-frontends. It looks for sourced files in the tree first and then
# below $srctree.

export srctree := $(or $(patsubst %/,%,$(TOP)),.)
export KCONFIG_CONFIG := .config

# Kconfig cannot list a directory, so make lists the workflows' parts for it, and notes which.
workflow_names := $(sort $(patsubst $(TOP)workflows/%/Kconfig,%,$(wildcard $(TOP)workflows/*/Kconfig)))
-include build/listed.mk
list_changed := $(if $(filter-out $(workflow_names),$(listed))$(filter-out $(listed),$(workflow_names)),FORCE)
source_lines = $(subst |,$(space),$(subst $(space),$(newline),$(foreach w,$(workflow_names),source|"workflows/$(w)/$(1)")))

kconfig_lists := build/Kconfig.workflows build/Kconfig.dedicated build/Kconfig.watchdog
build/Kconfig.workflows: $(list_changed) | build
	@$(file >$@,$(call source_lines,Kconfig))
	@$(file >build/listed.mk,listed := $(workflow_names))
build/Kconfig.dedicated: $(list_changed) | build
	@$(file >$@,$(call source_lines,Kconfig.dedicated))
# Kconfig has no macros, either: one template, once per workflow.
build/Kconfig.watchdog: $(TOP)kconfigs/Kconfig.watchdog.in $(list_changed) | build
	@for w in $(workflow_names); do sed "s/@name@/$$w/g; s/@NAME@/$$(echo $$w | tr a-z- A-Z_)/g" $<; done >$@

kconfig_sources := $(TOP)Kconfig $(wildcard $(TOP)kconfigs/* $(TOP)workflows/*/Kconfig*)

# Runs kconfig-$(1) with the arguments $(2).
kconfig = $(Q)command -v kconfig-$(1) >/dev/null || { \
	    echo "make: kconfig-$(1) is missing: run 'make deps'" >&2; exit 1; }; \
	  kconfig-$(1) $(2) Kconfig

# Symbols that a variable of make or of the environment sets when a configuration is written.
# $(call cli,VARIABLE,SYMBOL): the value is the variable's; $(call cli-y,...): y.
# The value is taken as it is: make expands nothing in it.
cli = $(if $(value $(1)),--set $(call quote,$(2)=$(value $(1))))
cli-y = $(if $(filter-out n 0,$(value $(1))),--set $(2)=y)
ifeq ($(value DECLARED_HOSTS),)
  DECLARED_HOSTS := $(value DECLARE_HOSTS)
endif
cli_settings := $(strip \
  $(call cli,KDEVOPS_HOSTS_PREFIX,KDEVOPS_HOSTS_PREFIX) \
  $(call cli-y,TEST_AB,KDEVOPS_BASELINE_AND_DEV) \
  $(if $(DECLARED_HOSTS),--set SKIP_BRINGUP=y --set KDEVOPS_USE_DECLARED_HOSTS=y) \
  $(call cli,DECLARED_HOSTS,KDEVOPS_DECLARED_HOSTS) \
  $(if $(LINUX_TREE)$(LINUX_TREE_REF),--set WORKFLOW_LINUX_CUSTOM=y) \
  $(call cli,LINUX_TREE,BOOTLINUX_TREE) \
  $(call cli,LINUX_TREE_REF,BOOTLINUX_TREE_REF) \
  $(call cli,DATA_PATH,WORKFLOW_DATA_PATH) \
  $(call cli,GUEST_KDEVOPS_REPO,WORKFLOW_KDEVOPS_GIT) \
  $(call cli,GUEST_KDEVOPS_REF,WORKFLOW_KDEVOPS_GIT_VERSION) \
  $(if $(FSTESTS_GROUP),--set FSTESTS_ENABLE_RUN_CUSTOM_TESTS=y) \
  $(call cli,FSTESTS_GROUP,FSTESTS_RUN_CUSTOM_GROUP_TESTS) \
  $(if $(SOAK_DURATION),--set FSTESTS_ENABLE_SOAK_DURATION=y --set FSTESTS_SOAK_DURATION_CUSTOM=y) \
  $(call cli,SOAK_DURATION,FSTESTS_SOAK_DURATION_CUSTOM_VAL) \
  $(call cli,KMOD_TIMEOUT,SELFTESTS_SECTION_KMOD_TIMEOUT) \
  $(call cli,ANSIBLE_CFG_FORKS,ANSIBLE_CFG_FORKS) \
  $(call cli,ANSIBLE_CFG_SSH_PORT,ANSIBLE_CFG_SSH_PORT) \
  $(call cli-y,ANSIBLE_CFG_TASK_DEBUGGER,ANSIBLE_CFG_TASK_DEBUGGER) \
  $(if $(ANSIBLE_CFG_CALLBACK_PLUGIN),--set ANSIBLE_CFG_CALLBACK_PLUGIN_CUSTOM=y) \
  $(call cli,ANSIBLE_CFG_CALLBACK_PLUGIN,ANSIBLE_CFG_CALLBACK_PLUGIN_CUSTOM_NAME) \
  $(if $(ANSIBLE_CFG_INTERPRETER_PYTHON),--set ANSIBLE_CFG_INTERPRETER_PYTHON_CUSTOM=y) \
  $(call cli,ANSIBLE_CFG_INTERPRETER_PYTHON,ANSIBLE_CFG_INTERPRETER_PYTHON_CUSTOM_NAME))

nixos_defconfig = build/nixos-defconfig --topdir $(srctree) --kconfig Kconfig

.PHONY: menuconfig nconfig config oldconfig olddefconfig savedefconfig listnewconfig
.PHONY: randconfig allyesconfig allnoconfig alldefconfig
menuconfig: $(kconfig_lists)
	$(call kconfig,mconf,)
nconfig: $(kconfig_lists)
	$(call kconfig,nconf,)
config: $(kconfig_lists)
	$(call kconfig,conf,--oldaskconfig)
oldconfig: $(kconfig_lists)
	$(call kconfig,conf,--oldconfig)
randconfig allyesconfig allnoconfig alldefconfig: $(kconfig_lists)
	$(call kconfig,conf,--$@)
savedefconfig: $(kconfig_lists) .config
	$(call kconfig,conf,--savedefconfig defconfig)
	@echo "The settings that differ from their defaults are in defconfig"
listnewconfig: $(kconfig_lists) .config
	$(call kconfig,conf,--listnewconfig)
ifeq ($(cli_settings),)
olddefconfig: $(kconfig_lists)
	$(call kconfig,conf,--olddefconfig)
else
olddefconfig: $(kconfig_lists) build/.defconfig-tool
	$(Q)$(nixos_defconfig) --base .config $(cli_settings)
endif

defconfig-%: $(kconfig_lists) build/.defconfig-tool FORCE
	$(Q)$(nixos_defconfig) $(cli_settings) $(call quote,$*)

# make -B comes here with a .config, too.
.config:
	@test -e $@ || { \
	  echo "make: there is no .config here. Choose one:"; \
	  echo "  make menuconfig               in a menu"; \
	  echo "  make defconfig-nixos-xfs      one of: $(notdir $(sort $(wildcard $(TOP)defconfigs/nixos*)))"; \
	  exit 1; } >&2

# A .config that was edited, or is older than the Kconfig files, is made whole first.
build/.config-checked: .config $(kconfig_sources) $(kconfig_lists) build/.defconfig-tool
	$(Q)$(nixos_defconfig) --sync
	@touch $@

build/config.mk: .config $(if $(filter-out $(idle_goals),$(goals)),build/.config-checked) | build
	@sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=y$$/\1 := y/p' .config >$@

define HELP_KCONFIG
Configuration
  menuconfig, nconfig change .config in a menu
  defconfig-<name>    write .config from defconfigs/<name>; defconfig-<name>+<fragment>+...
                      adds fragments, searched in $$KDEVOPS_CONFIG_PATH, then
                      ~/.config/kdevops/defconfigs/configs, then defconfigs/configs
    names             $(notdir $(sort $(wildcard $(TOP)defconfigs/nixos*)))
    fragments         $(patsubst %.config,%,$(notdir $(sort $(wildcard $(TOP)defconfigs/configs/*.config))))
  oldconfig           ask about new options
  olddefconfig        give new options their defaults
  savedefconfig       write what differs from the defaults to defconfig
  listnewconfig       list options .config does not know yet
  randconfig, allyesconfig, allnoconfig, alldefconfig
  Variables set       KDEVOPS_HOSTS_PREFIX= TEST_AB=y DECLARED_HOSTS="a b" DATA_PATH= ANSIBLE_CFG_FORKS=
  with defconfig-*    ANSIBLE_CFG_SSH_PORT= ANSIBLE_CFG_CALLBACK_PLUGIN= ANSIBLE_CFG_INTERPRETER_PYTHON=
  and olddefconfig    FSTESTS_GROUP= SOAK_DURATION= KMOD_TIMEOUT= GUEST_KDEVOPS_REPO= GUEST_KDEVOPS_REF=
                      LINUX_TREE= LINUX_TREE_REF=
endef
HELP += HELP_KCONFIG
