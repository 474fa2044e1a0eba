# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nodes are found by the plan, so it stays until they are destroyed. The build stays for mrproper.

.PHONY: clean mrproper
clean mrproper:
	$(Q)if test -x build/nixos-vm && test -e nixos/generated/plan.json && \
	  $(TOP)scripts/status_nixos.sh --any; then \
	  echo "make: nodes of this tree still exist: run 'make destroy' first" >&2; exit 1; \
	fi
	$(Q)rm -rf build/.generated nixos/generated guestfs hosts extra_vars.yaml ansible.cfg
	@rmdir --ignore-fail-on-non-empty nixos 2>/dev/null || :
	$(if $(filter mrproper,$@),$(Q)rm -rf build .config .config.old defconfig)
