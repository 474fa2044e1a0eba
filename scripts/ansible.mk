# SPDX-License-Identifier: GPL-2.0-or-later
#
# $(call playbook,NAME,ARGUMENTS) runs playbooks/NAME.yml on the nodes of HOSTS.

limit = $(if $(HOSTS),--limit $(call quote,$(subst $(space),$(comma),$(HOSTS))))
ansible-playbook = ANSIBLE_CONFIG=$(CURDIR)/ansible.cfg PYTHONUNBUFFERED=1 ansible-playbook -i hosts \
	$(if $(CONFIG_NIXOS_DEBUG_MODE),-v) --extra-vars @extra_vars.yaml $(2) $(limit) $(TOP)playbooks/$(1).yml
playbook = $(known_hosts)$(Q)$(ansible-playbook)

# $(call extra,NAME,VALUE): a variable of make as one of Ansible's, when it has a value.
json-text = "$(subst ",\",$(subst \,\\,$(1)))"
extra = $(if $(2),--extra-vars $(call quote,{"$(1)": $(call json-text,$(2))}))

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

# $(call run-tests,WORKFLOW,baseline|dev|baseline:dev,ARGUMENTS): starts the suite on the nodes, or goes on
# with a run that has not ended, follows it, collects what it left and says the verdict. A guest that
# crashed is the graver news: it is the status. SKIP_RUN=1 only collects.
run-tests = $(if $(filter-out 0,$(SKIP_RUN)),$(call collect-results,$(1),$(2)),$(call start-and-follow,$(1),$(2),$(3)))
define start-and-follow
$(call playbook,$(1),--limit $(call quote,$(2)) --tags vars$(comma)run_tests $(3))
$(Q)build/nixos-vm watch --workflow $(1) --limit $(2) $(HOSTS); watched=$$?; \
  [ $$watched -ne 130 ] || exit 130; \
  $(call ansible-playbook,$(1),--limit $(call quote,$(2)) --tags vars$(comma)copy_results) && \
  build/nixos-results summary workflows/$(1)/results; verdict=$$?; \
  [ $$watched -eq 0 ] || exit $$watched; exit $$verdict
endef

# $(call collect-results,WORKFLOW,LIMIT)
define collect-results
$(call playbook,$(1),--limit $(call quote,$(2)) --tags vars$(comma)copy_results)
$(Q)build/nixos-results summary workflows/$(1)/results
endef

run_targets = $(addprefix $(1)-,stop compare report)

# $(eval $(call run-targets,WORKFLOW)): what is the same for every workflow that runs this way.
define run-targets
.PHONY: $(run_targets)
$(1)-stop: build/.generated
	$$(call playbook,stop-tests,$$(call extra,test_run_workflow,$(1)))
$(1)-compare: build/.tools
	$$(Q)build/nixos-results compare workflows/$(1)/results
$(1)-report: build/.tools
	$$(Q)build/nixos-results report --all --topdir $$(srctree) --output workflows/$(1)/results/report.html workflows/$(1)/results
endef

define HELP_RUNS
Every workflow
  <workflow>-stop     end its run on the nodes; what it has is kept
  <workflow>-compare  baseline against development nodes, regressions first
  <workflow>-report   one HTML page: workflows/<workflow>/results/report.html
    SKIP_RUN=1        a target that runs tests starts none: it collects what is there
endef
HELP += HELP_RUNS

ping: build/.generated
	$(call playbook,nixos)
