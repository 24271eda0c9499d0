# SPDX-License-Identifier: GPL-2.0-only
#
# Builds, tests, shows and installs systally. `make help` lists the targets.
# The module itself is described to the kernel's makefiles in Kbuild and
# module/Kbuild.

# Overridden variables are for this makefile; the kernel's get what they need.
MAKEOVERRIDES :=

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

# KERNEL= picks one of the lab's kernels. Those in a suite have their headers
# and their compiler there; the own ones are built by scripts/own-kernel.
suites := 5.10 6.1-rt 6.12 7.2
own_kernels := debug kcsan
suite := $(filter $(suites),$(KERNEL))
own_kernel := $(filter $(own_kernels),$(KERNEL))
ifneq ($(suite)$(own_kernel),)
override KERNELRELEASE := $(firstword $(shell cat '$(cache)/kernels/$(KERNEL)' 2>/dev/null))
O ?= $(cache)/build/$(KERNELRELEASE)
W ?= 1
KCFLAGS ?= -Werror
# The headers of 7.2 lack what the check of sparse's version needs.
C ?= $(if $(filter 7.2,$(suite)),,1)
CF ?= -Wsparse-error
export SYSTALLY_KERNEL := $(KERNEL)
else ifneq ($(filter-out default 6.1,$(KERNEL)),)
$(error KERNEL=$(KERNEL): no such kernel. There are: default 6.1 $(suites) $(own_kernels))
endif
ifneq ($(own_kernel),)
override KERNELDIR := $(cache)/kernels/$(KERNELRELEASE)/lib/modules/$(KERNELRELEASE)/build
endif

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
	@echo 'make man          build the manual pages; needs scdoc'
	@echo 'make check-man    what mandoc and groff warn of in them'
	@echo 'make install      install command, module, tapsets, manual pages (DESTDIR=, PREFIX=)'
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
	module/Kbuild $(wildcard module/compat/*.h module/arch/*/*)

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
	@mkdir -p $(addprefix '$(out)'/,$(sort $(dir $(module_sources))))
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

# --- unit tests, with sanitizers -----------------------------------------

unit := $(out)/tests/unit
sanitize := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
unit_flags = $(sanitize) $(userland_flags) -Imodule -I$(arch) -Itests/unit \
	-I$(unit) $(call pkgs,--cflags,$(SYSTALLY_TEST_PKGS))

# This machine's architecture, as the kernel names it
arch := module/arch/$(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
-include $(arch)/arch.mk

# The parts of the module that need no kernel
module_parts := module/abi.c module/parse.c module/syscalls.c module/table.c
module_tests := test_parse test_syscalls test_table

unit_programs := $(addprefix $(unit)/,$(SYSTALLY_TESTS) $(module_tests))
part_objects := $(SYSTALLY_PARTS:%.c=$(unit)/%.o)
module_part_objects := $(module_parts:%.c=$(unit)/%.o)

$(unit)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(unit_flags) -c -o $@ $<

# The names come from the headers that the module is built with.
$(unit)/module/syscalls.o: $(unit)/syscall_names.h
$(unit)/syscall_names.h: module/Kbuild $(arch)/arch.mk scripts/syscall-names
	@mkdir -p $(@D)
	$(call say,NAMES,$@)
	$(Q)scripts/syscall-names '$(KERNELDIR)/$(arch-uapi)' $(arch-names) > $@

$(addprefix $(unit)/,$(SYSTALLY_TESTS)): $(unit)/%: $(unit)/tests/unit/%.o \
		$(part_objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(sanitize) -o $@ $^ $(call pkgs,--libs,$(SYSTALLY_TEST_PKGS))

$(addprefix $(unit)/,$(module_tests)): $(unit)/%: $(unit)/tests/unit/%.o \
		$(module_part_objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(sanitize) -o $@ $^ $(call pkgs,--libs,cmocka)

-include $(part_objects:.o=.d) $(module_part_objects:.o=.d) \
	$(wildcard $(unit)/tests/unit/*.d)

.PHONY: check-unit
check-unit: $(unit_programs)
	CMOCKA_MESSAGE_OUTPUT=TAP prove --exec '' $(unit_programs)

include tests/fuzz/fuzz.mk

# --- lint ----------------------------------------------------------------

scripts := .ci/run scripts/setup scripts/suite scripts/subsystem-table scripts/workloads scripts/own-kernel scripts/cache.sh scripts/demo \
	scripts/syscall-names scripts/stap-releases scripts/overhead scripts/overhead-parts/measure \
	$(wildcard scripts/overhead-parts/*.sh scripts/needs/*) \
	$(wildcard tests/lab/[!k]*) $(wildcard tests/guest/*.t) tests/guest/run tests/guest/in-parallel \
	tests/guest/on-all-kernels tests/rig/run tests/fuzz/run $(wildcard tests/guest/*.sh) $(wildcard tests/stap/*.t) \
	tests/stap/lib.sh tests/stap/enter tests/stap/compile tests/stap/cost.sh \
	$(wildcard packaging/completion/*)

.PHONY: check-lint
check-lint:
	shellcheck -x $(scripts)

# --- tests in the lab ----------------------------------------------------

workloads := $(addprefix $(out)/tests/workload/,$(WORKLOADS) \
	$(WORKLOADS32:%=%32))

.PHONY: workloads
workloads: $(workloads) test-module

# The tests' own modules. All in one go, as `module`.
test_module := $(out)/tests/module

.PHONY: test-module
test-module:
ifneq ($(out),$(CURDIR))
	@mkdir -p '$(test_module)'
	@ln -sf '$(CURDIR)/tests/module/Kbuild' \
	'$(CURDIR)/tests/module/flags.c' '$(CURDIR)/tests/module/query.c' \
	'$(test_module)'
endif
	+$(call kbuild,$(test_module),modules)

$(addprefix $(out)/tests/workload/,$(WORKLOADS)): \
		$(out)/tests/workload/%: tests/workload/%.c $(WORKLOAD_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(WORKLOAD_CFLAGS) -Iinclude -o $@ $< \
	$(WORKLOAD_LIBS)

$(WORKLOADS32:%=$(out)/tests/workload/%32): \
		$(out)/tests/workload/%32: tests/workload/%.c $(WORKLOAD_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -m32 $(WORKLOAD_CFLAGS) -Iinclude -o $@ $< \
	$(WORKLOAD_LIBS)

guest := env SYSTALLY_KO='$(out)/module/systally.ko' \
	SYSTALLY='$(out)/userland/systally' WORKLOAD='$(out)/tests/workload' \
	FLAGS_KO='$(test_module)/flags.ko' QUERY_KO='$(test_module)/query.ko' \
	SYSCALL_NAMES='$(out)/module/syscall_names.h'

# Two labs side by side, one for each of two CPUs; the second one has the files
# that take longest, half of the time in all. 90-lockdown.t must come last.
slow_tests := 05-storm.t 08-command.t 10-cycles.t 12-selective.t 13-coexist.t \
	14-interleave.t 18-rights.t 21-stress.t 27-starved.t 90-lockdown.t
quick_tests = $(filter-out $(slow_tests),$(notdir $(wildcard tests/guest/*.t)))

.PHONY: check-guest
ifneq ($(T),)
check-guest: all workloads
	tests/lab/run --timeout $(if $(own_kernel),9000,1500) -- $(guest) tests/guest/run $(T)
else
check-guest: all workloads
	TIMEOUT=$(if $(own_kernel),9000,2400) tests/guest/in-parallel '$(guest)' '$(quick_tests)' '$(slow_tests)'
endif

# One kernel after the other: default and the suites. Takes an hour or more.
KERNELS ?= default $(suites)
.PHONY: check-all check-kernel
check-all:
	+tests/guest/on-all-kernels $(KERNELS)

# What it does for one of them
check-kernel: lab-$(or $(suite)$(own_kernel),default)
	scripts/setup test
ifneq ($(suite)$(own_kernel),)
	+$(MAKE) --no-print-directory KERNEL='$(KERNEL)' T='$(T)' check-guest
else
	+$(in_cache) check-guest
endif

# The same on kernels that check themselves: every lock and every byte; data races
.PHONY: check-debug check-kcsan
check-debug check-kcsan: check-%:
	+$(MAKE) --no-print-directory KERNEL='$*' T='$(T)' check-kernel

# Whether the debug kernel catches faults that are planted
.PHONY: check-rig
check-rig: lab-debug
	scripts/setup test
	prove --comments tests/rig/run :: KERNEL=debug

# The storms again, a minute for each instead of eight seconds
.PHONY: check-storms
check-storms: export SYSTALLY_SECONDS ?= 60
check-storms: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(subst $(out),$(lab_out),$(guest)) \
	tests/guest/run $(or $(T),$(notdir $(wildcard tests/guest/2[0-8]-*.t)))

# A thousand million calls
.PHONY: soak
soak: export SYSTALLY_SOAK := 1000000000
soak: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(subst $(out),$(lab_out),$(guest)) \
	tests/guest/run 28-soak.t

.PHONY: check-long
check-long: export SYSTALLY_LONG := 1
check-long: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(subst $(out),$(lab_out),$(guest)) \
	tests/guest/run $(T)

# Tapsets and scripts, on the kernel whose packaged SystemTap works
stap := $(cache)/build/stap

.PHONY: check-stap check-stap-guest cost-stap cost-stap-guest
check-stap:
	scripts/setup build test lab
	+$(MAKE) --no-print-directory lab-7.2
	+$(MAKE) --no-print-directory KERNEL=7.2 T='$(T)' check-stap-guest

check-stap-guest: all workloads
	tests/stap/compile '$(stap)' $(wildcard scripts/stap/*.stp tests/stap/*.stp)
	env SYSTALLY_STAP='$(stap)' tests/lab/run --timeout 1500 -- $(guest) \
	tests/stap/enter "$$PWD/tests/guest/run" $(or $(T),$(patsubst tests/%,../%,$(wildcard tests/stap/*.t)))

cost-stap:
	scripts/setup build test lab
	+$(MAKE) --no-print-directory lab-7.2
	+$(MAKE) --no-print-directory KERNEL=7.2 cost-stap-guest

cost-stap-guest: workloads
	tests/stap/compile '$(stap)' $(wildcard tests/stap/cost/*.stp)
	env SYSTALLY_STAP='$(stap)' tests/lab/run --icount --memory 4096 \
	--timeout 1800 -- $(guest) tests/stap/enter \
	"$$PWD/tests/stap/cost.sh"

# Which subsystem each call is of, from the sources of three kernels
.PHONY: subsystem-table
subsystem-table:
	scripts/subsystem-table >'$(cache)/subsystem_table.c'
	mv '$(cache)/subsystem_table.c' userland/calls/subsystem_table.c

# What two servers need: an hour at most each
.PHONY: needs-nginx needs-redis
needs-nginx needs-redis: needs-%: set-up-build-demo
	+$(in_cache) userland
	SYSTALLY='$(lab_out)/userland/systally' scripts/needs/$* $(NEEDS)

# What three workloads use: doc/workloads
.PHONY: measure-workloads
measure-workloads: set-up-build-lab-workloads
	+$(in_cache) all
	SYSTALLY_KO='$(lab_out)/module/systally.ko' \
	SYSTALLY='$(lab_out)/userland/systally' scripts/workloads $(ONLY)

.PHONY: stap-releases
stap-releases: $(suites:%=lab-%)
	scripts/stap-releases $(K)

.PHONY: check-lab
check-lab:
	scripts/setup lab
	prove tests/lab/selftest

# --- commands that set all up first --------------------------------------

# The parts of scripts/setup that are in its name. A prerequisite: which kernel it
# is to be is known after that, and a recipe is expanded before it begins.
set-up-%:
	scripts/setup $(subst -, ,$*)

# Build for the lab's kernel, in the cache, with every warning an error
lab_release = $(shell scripts/setup --kernel-release)
lab_out = $(cache)/build/$(lab_release)
in_cache = $(MAKE) --no-print-directory KERNELRELEASE='$(lab_release)' \
	O='$(lab_out)' W=1 C=1 CF=-Wsparse-error KCFLAGS=-Werror \
	CFLAGS='-O2 -g -Werror' T='$(T)'

.PHONY: check
check: set-up-build-test-lab
	+$(in_cache) all workloads
	+$(in_cache) check-lint check-unit check-fuzz
	+$(in_cache) check-guest

.PHONY: demo
demo: set-up-build-lab-demo
	+$(MAKE) --no-print-directory KERNELRELEASE='$(lab_release)' \
	O='$(lab_out)' all
	SYSTALLY_BUILD='$(lab_out)' scripts/demo

.PHONY: cost cost-guest
cost: lab-$(or $(suite)$(own_kernel),default)
ifneq ($(suite)$(own_kernel),)
	+$(MAKE) --no-print-directory KERNEL='$(KERNEL)' cost-guest
else
	+$(MAKE) --no-print-directory KERNELRELEASE='$(lab_release)' \
	O='$(lab_out)' cost-guest
endif

cost-guest: all workloads
	tests/lab/run --icount --memory 4096 --timeout 1800 -- $(guest) tests/guest/cost.sh

.PHONY: lab-default lab-6.1 $(suites:%=lab-%) $(own_kernels:%=lab-%)
lab-default lab-6.1:
	scripts/setup build lab
$(suites:%=lab-%): lab-%: lab-default
	scripts/suite '$*'
$(own_kernels:%=lab-%): lab-%: lab-default
	scripts/own-kernel '$*'

.PHONY: bench
bench: set-up-build-lab-demo-bench
	+$(MAKE) --no-print-directory KERNELRELEASE='$(lab_release)' \
	O='$(lab_out)' module workloads
	SYSTALLY_BUILD='$(lab_out)' scripts/overhead $(ONLY)

# --- this machine --------------------------------------------------------

.PHONY: load
load:
	$(out)/userland/systally load $(PARAMETERS)

.PHONY: unload
unload:
	$(out)/userland/systally unload

include doc/man/man.mk

updates := $(DESTDIR)/lib/modules/$(KERNELRELEASE)/updates

.PHONY: install
install: all install-man
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

.PHONY: clean
clean:
	$(RM) -r $(objects) $(objects:.o=.d) '$(out)/userland/systally' \
	$(man_pages) \
	$(workloads) '$(unit)/parts' $(unit_programs) '$(unit)/module' \
	'$(unit)/userland' '$(unit)/tests' '$(unit)/syscall_names.h'
	test ! -e '$(KERNELDIR)/Makefile' || \
	$(MAKE) -C '$(KERNELDIR)' M='$(out)' clean
