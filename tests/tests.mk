# SPDX-License-Identifier: GPL-2.0-only
#
# The tests: those of units, those that need the lab, and `check`, which is all of
# them. Included by the Makefile.

# --- unit tests, with sanitizers -----------------------------------------

unit := $(out)/tests/unit
sanitize := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
unit_flags = $(sanitize) $(userland_flags) -Imodule -Itests/unit \
	-I$(unit) $(call pkgs,--cflags,$(SYSTALLY_TEST_PKGS))

# The parts of the module that need no kernel
module_parts := module/parse.c module/syscalls.c module/table.c
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
$(unit)/syscall_names.h: module/Kbuild scripts/syscall-names
	@mkdir -p $(@D)
	$(call say,NAMES,$@)
	$(Q)scripts/syscall-names '$(KERNELDIR)/arch/x86/include/generated/uapi/asm' > $@

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

.PHONY: check-lab
check-lab:
	scripts/setup lab
	prove tests/lab/selftest

.PHONY: check
check: set-up-build-test-lab
	+$(in_cache) all workloads
	+$(in_cache) check-lint check-unit check-fuzz
	+$(in_cache) check-guest

