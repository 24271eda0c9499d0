# SPDX-License-Identifier: GPL-2.0-only
#
# Builds, tests, shows and installs systally. `make help` lists the targets.
# The module itself is described to the kernel's makefiles in Kbuild and
# module/Kbuild.

# The kernel's makefiles get no variable of this command line, but what they
# need.
MAKEOVERRIDES :=
.DEFAULT_GOAL := all

KERNELRELEASE ?= $(shell uname -r)
KERNELDIR ?= /lib/modules/$(KERNELRELEASE)/build
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes

# One short line per file; V=1 shows the commands
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) '$(patsubst $(cache)/%,%,$(2))')

cache := $(or $(SYSTALLY_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/systally)
export SYSTALLY_CACHE := $(cache)

include tests/lab/lab.mk

# Where products go: beside the sources, or below O=
out := $(if $(O),$(abspath $(O)),$(CURDIR))

include userland/sources.mk
include tests/workload/sources.mk

##@ Build
## all - build the module, the command and its library; the default
.PHONY: all
all: userland probe module

# The comments `## target - text`, here and in the files included, grouped by
# the last `##@ Group` before each; `##   text` goes on with the line before.
.PHONY: help
help:
	@echo 'Usage: make [TARGET...] [VARIABLE=VALUE...]'
	@awk '/^##@ / { group = substr($$0, 5) } \
	/^##@ / && !(group in text) { order[++groups] = group } \
	/^##   / { text[group] = text[group] sprintf("  %-18s %s\n", "", \
		substr($$0, 6)) } \
	/^## [^ ]/ { at = index($$0, " - "); \
		text[group] = text[group] sprintf("  %-18s %s\n", \
			substr($$0, 4, at - 4), substr($$0, at + 3)) } \
	END { for (i = 1; i <= groups; i++) \
		printf "\n%s:\n%s", order[i], text[order[i]] }' \
		$(filter %Makefile %.mk,$(MAKEFILE_LIST))
	@echo
	@echo 'Variables:'
	@echo '  KERNEL=K           use this kernel: check-guest, test, cost, module; one of'
	@echo '                     default $(suites) $(own_kernels)'
	@echo '  KERNELRELEASE=R    build for this release ($(shell uname -r))'
	@echo '  KERNELDIR=DIR      build for the kernel whose build folder this is'
	@echo '  O=DIR              put products below DIR'
	@echo '  W=1 C=1 V=1        more warnings; sparse; show whole commands'
	@echo '  DESTDIR= PREFIX=   where install puts things ($(PREFIX))'
	@echo
	@echo 'Downloads and what is built for the lab are kept in'
	@echo '$(cache)'

# --- the module ----------------------------------------------------------

# kbuild FOLDER,TARGET: the kernel's makefiles at work in FOLDER
kbuild = $(module_make) --no-print-directory -C '$(KERNELDIR)' M='$(1)' \
	$(if $(V),V=$(V)) $(if $(W),W=$(W)) \
	$(if $(C),C=$(C)) $(if $(CF),CF='$(CF)') \
	$(if $(KCFLAGS),KCFLAGS='$(KCFLAGS)') $(2)

module_sources := Kbuild include/systally.h $(wildcard module/*.[chS]) \
	module/Kbuild $(wildcard module/compat/*.h module/arch/*/*)

## module - the module only
# The kernel's makefiles build where the sources are: with O=, that is a
# folder of links to them.
.PHONY: module
ifneq ($(suite),)
module test-module: module_make = scripts/suite '$(suite)' --with '$(out)' \
	make -j "$$(nproc)"
module:
	$(if $(KERNELRELEASE),,$(error systally: kernel $(suite) is not set up: run \
	make lab-$(suite)))
else
module test-module: module_make = $(MAKE)
module:
	$(if $(wildcard $(KERNELDIR)/Makefile),,$(error systally: no kernel headers \
	in $(KERNELDIR): on Debian install linux-headers-$(KERNELRELEASE), on \
	Fedora kernel-devel-$(KERNELRELEASE); or give KERNELDIR=))
endif
ifneq ($(out),$(CURDIR))
	@mkdir -p $(addprefix '$(out)'/,$(sort $(dir $(module_sources))))
	@for file in $(module_sources); do \
	ln -sf "$(CURDIR)/$$file" "$(out)/$$file"; done
endif
	+$(call kbuild,$(out),modules)

# --- the command ---------------------------------------------------------

# Ends make with one line that names the packages to install, if what builds the
# command, or its tests, is missing. An order-only prerequisite of all objects.
require = $(eval missing := $(shell CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' \
	scripts/requirements $(1)))$(if $(missing),$(error systally: $(missing)))
.PHONY: requirements test-requirements
requirements:
	@: $(call require,$(SYSTALLY_LIBRARIES))
test-requirements:
	@: $(call require,$(SYSTALLY_LIBRARIES) $(SYSTALLY_TEST_LIBRARIES))

# Looked up only when something is built with them: `make check` may have to
# install them first.
PKG_CONFIG ?= pkg-config
pkgs = $(shell $(PKG_CONFIG) $(1) $(2))
objects := $(SYSTALLY_SRCS:%.c=$(out)/%.o)
userland_flags = -std=gnu11 $(SYSTALLY_CPPFLAGS) $(warnings) -MMD -MP

## userland - the command only; needs no kernel headers
.PHONY: userland
userland: $(out)/userland/systally

$(out)/userland/systally: $(objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkgs,--libs,$(SYSTALLY_PKGS))

$(out)/userland/%.o: userland/%.c | requirements
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) $(userland_flags) \
	$(call pkgs,--cflags,$(SYSTALLY_PKGS)) -c -o $@ $<

-include $(objects:.o=.d)

include tests/tests.mk
include probe/probe.mk
include scripts/scripts.mk

# --- lint ----------------------------------------------------------------

# Every shell script: those that begin with #!/bin/sh or bash, and what they source
scripts = $(shell grep -rlE '^\#!/bin/(ba)?sh' .ci scripts tests packaging) \
	$(wildcard scripts/*.sh scripts/*/*.sh scripts/*/*/*.sh tests/*.sh tests/*/*.sh)

##@ Test
# The generated table is as its script prints it.
c_files = $(filter-out %/subsystem_table.c,$(shell find include module \
	probe userland tests -name '*.[ch]' | sort))

## check-format - the format of the C files, by clang-format 19
.PHONY: check-format
check-format:
	@command -v clang-format-19 >/dev/null || { echo 'systally: no' \
	'clang-format-19: run scripts/setup test' >&2; exit 1; }
	@differ=; for file in $(c_files); do \
	clang-format-19 "$$file" | cmp -s - "$$file" || { differ=1; \
	echo "$$file: differs: clang-format-19 -i $$file"; }; done; \
	test -z "$$differ"

## check-lint - shellcheck, the format of the C files, circles of includes
.PHONY: check-lint
check-lint: check-format
	shellcheck -x $(sort $(scripts))
	scripts/check-floors module
	scripts/check-floors userland
	scripts/check-floors probe

# --- this machine --------------------------------------------------------

##@ This machine
## load - load the module into this kernel, as root
.PHONY: load
load:
	$(out)/userland/systally load $(PARAMETERS)

## unload - unload it
.PHONY: unload
unload:
	$(out)/userland/systally unload

include doc/man/man.mk

updates := $(DESTDIR)/lib/modules/$(KERNELRELEASE)/updates

## install - install command, module, tapsets and man page
.PHONY: install
install: all install-man install-probe
	install -D -m 755 '$(out)/userland/systally' \
	'$(DESTDIR)$(PREFIX)/sbin/systally'
	install -D -m 644 packaging/completion/systally \
	'$(DESTDIR)$(PREFIX)/share/bash-completion/completions/systally'
	install -d '$(DESTDIR)$(PREFIX)/share/systemtap/tapset' \
	'$(DESTDIR)$(PREFIX)/share/systally/stap'
	install -m 644 tapsets/*.stp '$(DESTDIR)$(PREFIX)/share/systemtap/tapset'
	install -m 644 scripts/stap/* '$(DESTDIR)$(PREFIX)/share/systally/stap'
	install -d '$(DESTDIR)$(PREFIX)/share/systally/needs'
	install scripts/needs/* '$(DESTDIR)$(PREFIX)/share/systally/needs'
	install -D -m 644 '$(out)/module/systally.ko' '$(updates)/systally.ko'
	$(if $(DESTDIR),,depmod '$(KERNELRELEASE)')

## clean - remove what was built here
.PHONY: clean
clean:
	$(RM) -r $(objects) $(objects:.o=.d) '$(out)/userland/systally' \
	$(probe_files:%='%') \
	$(man_pages) \
	$(workloads) $(experiment_workloads) '$(unit)/parts' $(unit_programs) '$(unit)/module' \
	'$(unit)/userland' '$(unit)/tests' '$(unit)/syscall_names.h'
	test ! -e '$(KERNELDIR)/Makefile' || \
	$(MAKE) -C '$(KERNELDIR)' M='$(out)' clean
