# SPDX-License-Identifier: GPL-2.0-only
#
# Builds, tests, shows and installs systally. `make help` lists the targets.
# The module itself is described to the kernel's makefiles in Kbuild and
# module/Kbuild.

# Overridden variables are for this makefile; the kernel's get what they need.
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

.PHONY: all
all: userland module

.PHONY: help
help:
	@echo 'make              build module/systally.ko and userland/systally'
	@echo 'make module       the module only'
	@echo 'make userland     the command only; needs no kernel headers'
	@echo 'make load         load the module into this kernel (as root)'
	@echo 'make unload       unload it'
	@echo 'make demo         set all up and show nginx and redis under load, in the lab'
	@echo 'make check        set all up, build, lint and pass all tests, in the lab'
	@echo 'make check-unit   the unit tests only'
	@echo 'make check-fuzz   the inputs that the fuzzers have found, once more'
	@echo 'make check-lint   the lint only'
	@echo 'make check-guest  the tests in the lab only (T=FILES: these)'
	@echo 'make check-all    the same on each of the kernels (KERNELS=: these)'
	@echo 'make check-debug  the same on a kernel that checks every lock and byte'
	@echo 'make check-kcsan  the same on a kernel that finds data races'
	@echo 'make check-rig    whether faults that are planted are caught there'
	@echo 'make check-storms the storms, a minute for each (SYSTALLY_SECONDS=, _SEED=)'
	@echo 'make fuzz         fuzz each parser, ten million times (RUNS=, FUZZ=)'
	@echo 'make soak         a thousand million calls; takes twenty minutes'
	@echo 'make check-stap   the tests of the tapsets and scripts, on kernel 7.2'
	@echo 'make check-lab    the tests of the lab itself'
	@echo 'make check-long   the tests in the lab with full numbers; takes an hour'
	@echo 'make cost         print the cost per call, in instructions'
	@echo 'make stap-releases  what the SystemTap of each Debian release can do there'
	@echo 'make cost-stap    print what the tapsets cost, on kernel 7.2'
	@echo 'make lab-K        set up kernel K for the lab: $(suites) $(own_kernels)'
	@echo 'make bench        compare with other tools: doc/overhead (ONLY=WORDS: these)'
	@echo 'make needs-nginx  which calls nginx needs, in less than an hour; also needs-redis'
	@echo 'make measure-workloads  which subsystems perf bench and others use: doc/workloads'
	@echo 'make subsystem-table  which subsystem each call is of, from the sources'
	@echo 'make install      install command, module, tapsets, man page (DESTDIR=, PREFIX=)'
	@echo 'make clean        remove what was built here'
	@echo
	@echo 'KERNELDIR=DIR     kernel to build for (/lib/modules/KERNELRELEASE/build)'
	@echo 'KERNELRELEASE=R   its release (uname -r)'
	@echo 'KERNEL=K          for one of these: module, check-guest, cost'
	@echo 'O=DIR             put what is built below DIR'
	@echo 'W=1 C=1 V=1       more warnings; sparse; whole commands'
	@echo
	@echo 'What check, demo, cost and bench build and download is kept in'
	@echo '$(cache)'

# --- the module ----------------------------------------------------------

# kbuild FOLDER,TARGET: the kernel's makefiles at work in FOLDER
kbuild = $(module_make) --no-print-directory -C '$(KERNELDIR)' M='$(1)' \
	$(if $(V),V=$(V)) $(if $(W),W=$(W)) \
	$(if $(C),C=$(C)) $(if $(CF),CF='$(CF)') \
	$(if $(KCFLAGS),KCFLAGS='$(KCFLAGS)') $(2)

module_sources := Kbuild include/systally.h $(wildcard module/*.[chS]) \
	module/Kbuild $(wildcard module/compat/*.h)

# The kernel's makefiles build where the sources are: with O=, that is a
# folder of links to them.
.PHONY: module
ifneq ($(suite),)
module test-module: module_make = scripts/suite '$(suite)' --with '$(out)' \
	make -j "$$(nproc)"
module:
	@test -n '$(KERNELRELEASE)' || { echo 'systally: no kernel $(suite):' \
	'set it up by make lab-$(suite)' >&2; exit 1; }
else
module test-module: module_make = $(MAKE)
module:
	@test -e '$(KERNELDIR)/Makefile' || { \
	echo 'systally: no kernel headers in $(KERNELDIR):' \
	'install linux-headers-$(KERNELRELEASE)' \
	'(kernel-devel on Fedora), or give KERNELDIR=' >&2; exit 1; }
endif
ifneq ($(out),$(CURDIR))
	@mkdir -p '$(out)/include' '$(out)/module/compat'
	@for file in $(module_sources); do \
	ln -sf "$(CURDIR)/$$file" "$(out)/$$file"; done
endif
	+$(call kbuild,$(out),modules)

# --- the command ---------------------------------------------------------

# Looked up only when something is built with them: `make check` may have to
# install them first.
pkgs = $(shell pkg-config $(1) $(2))
objects := $(SYSTALLY_SRCS:%.c=$(out)/%.o)
userland_flags = -std=gnu11 $(SYSTALLY_CPPFLAGS) $(warnings) -MMD -MP

.PHONY: userland
userland: $(out)/userland/systally

$(out)/userland/systally: $(objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call pkgs,--libs,$(SYSTALLY_PKGS))

$(out)/userland/%.o: userland/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) $(userland_flags) \
	$(call pkgs,--cflags,$(SYSTALLY_PKGS)) -c -o $@ $<

-include $(objects:.o=.d)

include tests/tests.mk
include scripts/scripts.mk

# --- lint ----------------------------------------------------------------

scripts := .ci/run scripts/setup scripts/suite scripts/subsystem-table scripts/workloads scripts/own-kernel scripts/cache.sh scripts/demo \
	scripts/syscall-names scripts/stap-releases scripts/overhead scripts/overhead-parts/measure \
	$(wildcard scripts/overhead-parts/*.sh scripts/needs/*) \
	$(wildcard tests/lab/[!k]*) $(wildcard tests/guest/*.t) tests/guest/run tests/guest/in-parallel \
	tests/guest/on-all-kernels tests/rig/run tests/fuzz/run $(wildcard tests/guest/*.sh) $(wildcard tests/stap/*.t) \
	tests/stap/lib.sh tests/stap/enter tests/stap/compile tests/stap/cost.sh

.PHONY: check-lint
check-lint:
	shellcheck -x $(scripts)

# --- this machine --------------------------------------------------------

.PHONY: load
load:
	$(out)/userland/systally load $(PARAMETERS)

.PHONY: unload
unload:
	$(out)/userland/systally unload

updates := $(DESTDIR)/lib/modules/$(KERNELRELEASE)/updates

.PHONY: install
install: all
	install -D -m 755 '$(out)/userland/systally' \
	'$(DESTDIR)$(PREFIX)/sbin/systally'
	install -D -m 644 doc/systally.8 \
	'$(DESTDIR)$(PREFIX)/share/man/man8/systally.8'
	install -d '$(DESTDIR)$(PREFIX)/share/systemtap/tapset' \
	'$(DESTDIR)$(PREFIX)/share/systally/stap'
	install -m 644 tapsets/*.stp '$(DESTDIR)$(PREFIX)/share/systemtap/tapset'
	install -m 644 scripts/stap/* '$(DESTDIR)$(PREFIX)/share/systally/stap'
	install -d '$(DESTDIR)$(PREFIX)/share/systally/needs'
	install scripts/needs/* '$(DESTDIR)$(PREFIX)/share/systally/needs'
	install -D -m 644 '$(out)/module/systally.ko' '$(updates)/systally.ko'
	$(if $(DESTDIR),,depmod '$(KERNELRELEASE)')

.PHONY: clean
clean:
	$(RM) -r $(objects) $(objects:.o=.d) '$(out)/userland/systally' \
	$(workloads) '$(unit)/parts' $(unit_programs) '$(unit)/module' \
	'$(unit)/userland' '$(unit)/tests' '$(unit)/syscall_names.h'
	test ! -e '$(KERNELDIR)/Makefile' || \
	$(MAKE) -C '$(KERNELDIR)' M='$(out)' clean
