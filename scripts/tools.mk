# SPDX-License-Identifier: GPL-2.0-or-later
#
# The compiled tools, in build/. ninja runs only when a source is newer than the last build, so
# a make with nothing to do starts no process for them.

TOOLS := nixos-gen nixos-defconfig nixos-build nixos-kernel nixos-vm nixos-ssh-key nixos-ssh-config nixos-results

tool_sources := $(TOP)CMakeLists.txt $(wildcard $(TOP)src/*/*.cc $(TOP)src/*/*.h)

# A build directory that was moved, or whose sources were, is set up again.
site := $(TOPDIR) $(CURDIR)
-include build/site.mk
moved := $(if $(filter-out $(subst $(space),|,$(built_site)),$(subst $(space),|,$(site))),FORCE)

build:
	@mkdir -p build

build/build.ninja: $(moved) | build
	$(Q)for program in cmake ninja g++ pkg-config; do \
	  command -v $$program >/dev/null || { \
	    echo "make: $$program is missing: run 'make deps'" >&2; exit 1; }; \
	done
	@rm -f build/CMakeCache.txt
	$(Q)cmake -G Ninja -S $(srctree) -B build >build/cmake.log 2>&1 || { \
	  grep -A8 'CMake Error' build/cmake.log >&2; \
	  echo "make: cannot set up the build (build/cmake.log): 'make deps' installs what is missing" >&2; \
	  rm -f build/build.ninja; exit 1; }
	@touch $@
	@$(file >build/site.mk,built_site := $(site))

# Quiet unless it fails: then all ninja said.
build_tools = $(if $(filter 1,$(V)),ninja -C build $(1),ninja -C build --quiet $(1) >build/ninja.log 2>&1 || { \
  cat build/ninja.log >&2; exit 1; })

# These stamps drive one ninja: each waits for the one before. What configures and generates is a
# third of the code, and all that a first `make` needs.
build/.defconfig-tool: build/build.ninja $(filter $(TOP)CMakeLists.txt $(TOP)src/support/% \
                       $(TOP)src/kconfig/% $(TOP)src/bin/nixos_defconfig.cc,$(tool_sources))
	@echo "  BUILD   nixos-defconfig"
	$(Q)$(call build_tools,nixos-defconfig)
	@touch $@

build/.generator: build/.defconfig-tool $(filter $(addprefix $(TOP)src/,formats/% plan/% emit/% bin/nixos_gen.cc),$(tool_sources))
	@echo "  BUILD   nixos-gen"
	$(Q)$(call build_tools,nixos-gen)
	@touch $@

build/.tools: build/.generator $(tool_sources)
	@echo "  BUILD   tools"
	$(Q)$(call build_tools,$(TOOLS))
	@touch $@

.PHONY: tools deps
tools: build/.tools

deps:
	$(Q)$(TOP)scripts/install-deps --tests
