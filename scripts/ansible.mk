# SPDX-License-Identifier: GPL-2.0-or-later
#
# $(call playbook,NAME,ARGUMENTS) runs playbooks/NAME.yml on the nodes of HOSTS.

limit = $(if $(HOSTS),--limit $(call quote,$(subst $(space),$(comma),$(HOSTS))))
playbook = $(known_hosts)$(Q)ANSIBLE_CONFIG=$(CURDIR)/ansible.cfg PYTHONUNBUFFERED=1 ansible-playbook -i hosts \
	$(if $(CONFIG_NIXOS_DEBUG_MODE),-v) --extra-vars @extra_vars.yaml $(2) $(limit) $(TOP)playbooks/$(1).yml

# Ansible only warns about a name it does not know.
define known_hosts
@for host in $(foreach host,$(HOSTS),$(call quote,$(host))); do \
  grep -qxF -e "$$host" hosts || { \
    echo "make: HOSTS: $$host is not in this configuration: make status lists the nodes" >&2; exit 1; }; \
done

endef

# $(call workflow-enabled,NAME): a recipe line that stops with a reason when NAME is not enabled.
workflow-enabled = @$(if $(CONFIG_KDEVOPS_WORKFLOW_ENABLE_$(2)),:,{ \
	  echo "make: $(1) is not enabled in this configuration: make menuconfig, or make defconfig-nixos-$(1)" >&2; \
	  exit 1; })

# $(eval $(call later-workflow,NAME,TARGETS)): TARGETS of a workflow that cannot run yet. It is
# configured, generated and brought up as any other.
define later-workflow
.PHONY: $(2)
$(2):
	@echo "make: $$@: running $(1) comes in a later release. This one configures and brings up its nodes; it runs sysbench." >&2
	@exit 1
endef

ping: build/.generated
	$(call playbook,nixos)
