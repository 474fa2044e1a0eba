# SPDX-License-Identifier: GPL-2.0-or-later
#
# The whole way on a fresh machine. Each stage can be run alone and again.

.PHONY: demo demo-config
demo:
	@$(TOP)scripts/install-deps
	@$(MAKE) tools demo-config
	@$(MAKE) bringup
	@$(MAKE) sysbench
	@$(MAKE) sysbench-test
	@# So short a run may well show a difference that is none.
	@build/nixos-results compare $(sysbench_results) || test $$? -eq 1
	@$(TOP)scripts/demo-farewell

# A .config of yours is kept under another name.
demo-config: $(kconfig_lists) build/.defconfig-tool
	$(Q)$(nixos_defconfig) $(cli_settings) --output build/demo.config nixos-demo
	$(Q)if cmp -s build/demo.config .config; then :; else \
	  if test -e .config; then \
	    cp --backup=numbered -p .config .config.before-demo && \
	    echo "Your .config is kept as .config.before-demo"; \
	  fi; \
	  cp build/demo.config .config; \
	fi

define HELP_DEMO
Two commands
  demo                from nothing to two running guests and a comparison of their sysbench runs
  check               every test
endef
HELP := HELP_DEMO $(HELP)
