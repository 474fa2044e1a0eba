# SPDX-License-Identifier: GPL-2.0-or-later

.PHONY: check golden-accept test bench check-nixpkgs
check:
	$(Q)$(TOP)scripts/check

golden-accept: build/.tools
	$(Q)KDEVOPS_BUILD=$(CURDIR)/build $(TOP)tests/integration/golden.py --accept

test: build/build.ninja
	$(Q)$(call build_tools,unit-tests)
	$(Q)build/unit-tests $(if $(filter 1,$(V)),,--gtest_brief=1)

bench: build/.tools
	$(Q)$(call build_tools,vm-up-bench)
	$(Q)$(TOP)tests/bench/run
	$(Q)$(TOP)tests/bench/evaluation

check-nixpkgs: build/.tools
	$(if $(NIXPKGS),,@echo "make: say which nixpkgs: make check-nixpkgs NIXPKGS=<path or flake reference>" >&2; exit 2)
	$(Q)$(TOP)scripts/check-nixpkgs $(call quote,$(NIXPKGS))

define HELP_CHECK
Development
  test                unit tests
  check               every test, with real guests at the end
  golden-accept       take what every defconfig generates now as what tests/golden expects
  bench               how long generation and bring-up take
  check-nixpkgs NIXPKGS=  evaluate the systems of every defconfig against a nixpkgs of yours
  clean               remove generated files
  mrproper            remove the build and .config, too
endef
HELP += HELP_CHECK
