# SPDX-License-Identifier: GPL-2.0-only
#
# The tests: those of units, those that need the lab, and `check`, which is all
# of them. Included by the Makefile.

##@ Test
## check - lint, unit, fuzz, build, cost and guest tests; sets all up
.PHONY: check
check: set-up-build-test-lab
	+$(in_cache) -j4 all workloads
	+$(in_cache) -j4 check-lint check-unit check-fuzz check-build check-cost
	+$(in_cache) guest-run

# --- one test by its name ------------------------------------------------

guest_tests := $(patsubst tests/guest/%.t,%,$(sort $(wildcard tests/guest/*.t)))
stap_tests := $(patsubst tests/%.t,%,$(sort $(wildcard tests/stap/*.t)))
build_tests := $(patsubst tests/%.t,%,$(sort $(wildcard tests/build/*.t)))
rig_tests := $(patsubst tests/%.patch,%,$(sort $(wildcard tests/rig/*.patch)))
unit_tests = $(SYSTALLY_TESTS) $(module_tests)
fuzz_tests = $(fuzzers:%=fuzz_%)
known_tests = $(guest_tests) $(unit_tests) $(fuzz_tests) $(build_tests) \
	$(stap_tests) $(rig_tests) lab/selftest

# The words of T without what may surround a name: its folder, its ending
named := $(patsubst %.t,%,$(patsubst tests/%,%,$(patsubst tests/guest/%,%,$(T))))
T_guest = $(filter $(guest_tests),$(named))
T_unit = $(filter $(unit_tests) $(addsuffix :%,$(unit_tests)),$(named))
T_fuzz = $(filter $(fuzz_tests),$(named))
T_build = $(filter $(build_tests),$(named))
T_stap = $(filter $(stap_tests),$(named))
T_rig = $(filter $(rig_tests),$(named))
T_lab = $(filter lab/selftest,$(named))
T_unknown = $(filter-out $(known_tests) $(addsuffix :%,$(unit_tests)),$(named))

# $(call of_T,NAMES): NAMES; an error if T has names, but none for this target,
# for then all tests would run
of_T = $(if $(T_unknown),$(error systally: T=$(T_unknown): no such test; there \
	are $(known_tests)))$(if $(and $(named),$(if $(strip $(1)),,none)),$(error \
	systally: T=$(T): none of these is a test of $@))$(1)

# $(call test_part,TARGET,NAMES): makes TARGET with these names, if there are
# any
test_part = $(if $(2),+$(MAKE) --no-print-directory KERNEL='$(KERNEL)' \
	T='$(strip $(2))' $(1))

## test T=NAMES - single tests, such as 05-storm, stap/01-calls, test_rank,
##   test_rank:limits, fuzz_record; sets all up
.PHONY: test
test:
	$(if $(named),,$(error systally: make test T=NAMES: there are $(known_tests)))
	@: $(call of_T,$(named))
	$(call test_part,set-up-build-test,$(T_unit)$(T_fuzz)$(T_build))
	$(call test_part,in-cache-unit-run,$(T_unit))
	$(call test_part,in-cache-fuzz-replay,$(T_fuzz))
	$(call test_part,in-cache-check-build,$(T_build))
	$(call test_part,check-guest,$(T_guest))
	$(call test_part,check-stap,$(T_stap))
	$(call test_part,check-rig,$(T_rig))
	$(call test_part,check-lab,$(T_lab))

# The same target, for the lab's kernel
in-cache-%:
	+$(in_cache) $*

# --- unit tests, with sanitizers -----------------------------------------

unit := $(out)/tests/unit
sanitize := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
unit_flags = $(sanitize) $(userland_flags) -Imodule -I$(arch) -Itests/unit \
	-I$(unit) $(call pkgs,--cflags,$(SYSTALLY_TEST_PKGS))

# This machine's architecture, as the kernel names it
machine := $(shell uname -m)
arch := module/arch/$(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(machine)))
-include $(arch)/arch.mk

# The parts of the module that need no kernel
module_parts := module/abi.c module/frame.c module/parse.c module/path.c module/syscalls.c module/table.c
module_tests := test_frame test_parse test_path test_syscalls test_table

unit_programs := $(addprefix $(unit)/,$(unit_tests))
part_objects := $(SYSTALLY_PARTS:%.c=$(unit)/%.o)
module_part_objects := $(module_parts:%.c=$(unit)/%.o)

$(unit)/%.o: %.c | test-requirements
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(unit_flags) -c -o $@ $<

# The names come from the headers that the module is built with.
$(unit)/module/syscalls.o: $(unit)/syscall_names.h
$(unit)/syscall_names.h: module/Kbuild $(arch)/arch.mk scripts/syscall-names
	@mkdir -p $(@D)
	$(call say,NAMES,$@)
	$(Q)scripts/syscall-names '$(KERNELDIR)/$(arch-uapi)' $(arch-names) > $@

# What every program has: the choice of one test
unit_common := $(unit)/tests/unit/only.o

$(addprefix $(unit)/,$(SYSTALLY_TESTS)): $(unit)/%: $(unit)/tests/unit/%.o \
		$(unit_common) $(part_objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(sanitize) -o $@ $^ $(call pkgs,--libs,$(SYSTALLY_TEST_PKGS))

$(addprefix $(unit)/,$(module_tests)): $(unit)/%: $(unit)/tests/unit/%.o \
		$(unit_common) $(module_part_objects)
	$(call say,LD,$@)
	$(Q)$(CC) $(sanitize) -o $@ $^ $(call pkgs,--libs,cmocka)

-include $(part_objects:.o=.d) $(module_part_objects:.o=.d) \
	$(wildcard $(unit)/tests/unit/*.d)

## check-unit - the unit tests, with sanitizers
.PHONY: check-unit unit-run
check-unit: $(unit_programs)
	prove --exec tests/unit/run $(unit_programs)

# The programs and single tests of T
unit-run: $(sort $(foreach name,$(T_unit),$(unit)/$(firstword $(subst :, ,$(name)))))
	@tests/unit/run --check $(T_unit:%=$(unit)/%)
	prove --verbose --exec tests/unit/run $(T_unit:%=$(unit)/%)

include tests/fuzz/fuzz.mk

# --- how long many rows take ---------------------------------------------

bench := $(out)/tests/bench
ROWS ?= 1000000

## bench-rows - seconds and MB for a recording of a million rows (ROWS=)
.PHONY: bench-rows
bench-rows: $(bench)/bench
	tests/bench/recording $(ROWS) > '$(bench)/recording'
	$(bench)/bench '$(bench)/recording'
	$(RM) '$(bench)/recording'

$(bench)/bench: tests/bench/bench.c $(filter-out %/main.o,$(objects))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(userland_flags) -MF $@.d \
	$(call pkgs,--cflags,$(SYSTALLY_PKGS)) -o $@ $^ \
	$(call pkgs,--libs,$(SYSTALLY_PKGS))

# --- tests of the makefiles and of what tests share ----------------------

## check-build - makefiles, helpers of guest tests, wrong and damaged input
.PHONY: check-build
check-build: $(out)/userland/systally probe
	SYSTALLY='$(out)/userland/systally' prove $(patsubst %,tests/%.t,$(or $(call of_T,$(T_build)),$(build_tests)))

# --- tests in the lab ----------------------------------------------------

workloads := $(addprefix $(out)/tests/workload/,$(WORKLOADS) \
	$(WORKLOADS32:%=%32) $(CALLER) $(CALLER:%=lib32/%))

.PHONY: workloads
workloads: $(workloads) test-module

# The tests' own modules, all built in one go, as `module` is.
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

experiment_workloads := $(addprefix $(out)/tests/workload/,$(EXPERIMENT_WORKLOADS))
.PHONY: experiment-workloads
experiment-workloads: $(experiment_workloads)

$(out)/tests/workload/sslloops: tests/workload/sslloops.c \
		tests/workload/tlspair.h $(WORKLOAD_HEADERS)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out -static -no-pie -fno-pie,$(WORKLOAD_CFLAGS)) \
	-Iinclude -o $@ $< -lssl -lcrypto $(WORKLOAD_LIBS)

$(out)/tests/workload/mix: tests/workload/mix.go
	@mkdir -p $(@D)
	$(call say,GO,$@)
	$(Q)GO111MODULE=off GOCACHE='$(cache)/go' go build -o $@ $<

# $(call caller,FOLDER,FLAGS): the program of tests/in-process and its libraries
define caller
$(1)/libprobed.so: tests/in-process/probed.c tests/in-process/probed.map \
		tests/in-process/probed.h
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(2) $$(CALLER_CFLAGS) -fPIC -fexceptions -shared \
	-Wl,--version-script=tests/in-process/probed.map -o $$@ $$<

$(1)/libopened.so: tests/in-process/opened.c tests/in-process/probed.h
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(2) $$(CALLER_CFLAGS) -fPIC -shared -o $$@ $$<

$(1)/caller: tests/in-process/caller.c $(1)/libprobed.so
	$$(call say,CC,$$@)
	$$(Q)$$(CC) $(2) $$(CALLER_CFLAGS) -o $$@ $$< -L$$(@D) -lprobed \
	-Wl,-rpath,'$$$$ORIGIN' -ldl -lm
endef
$(eval $(call caller,$(out)/tests/workload))
$(eval $(call caller,$(out)/tests/workload/lib32,-m32 -msse2))

guest := env SYSTALLY_KO='$(out)/module/systally.ko' \
	SYSTALLY='$(out)/userland/systally' WORKLOAD='$(out)/tests/workload' \
	FLAGS_KO='$(test_module)/flags.ko' QUERY_KO='$(test_module)/query.ko' \
	SYSCALL_NAMES='$(out)/module/syscall_names.h'
guest_in_cache = $(subst $(out),$(lab_out),$(guest))

# Three labs at a time: while one waits, the others have the two CPUs. Each takes
# about a third of the time. 90-lockdown.t must come last in its lab.
lab_1 := 03-exact-direct-count.t 03-exact-kprobe-count.t 03-exact-sites-count.t \
	03-exact-tracepoint-hist.t 08-command.t 12-selective.t 15-hist.t \
	17-query.t 18-rights.t 22-switches.t 24-hotplug.t 25-killed.t \
	33-realtime.t 34-cpus.t
lab_2 := 01-load.t 02-controls.t 04-targets.t 07-inflight.t 09-strace.t \
	10-cycles.t 11-rows.t 13-coexist.t 14-interleave.t 26-oom.t \
	27-starved.t 29-record.t 30-subsystems.t 31-needs.t 38-tls.t
lab_3 = $(filter-out $(lab_1) $(lab_2),$(guest_tests:%=%.t))

## check-guest - the guest tests in the lab (T=NAMES: only these; KERNEL=K)
## check-kernel - the same, by the name that check-all knows it by
.PHONY: check-guest check-kernel guest-run
check-guest check-kernel: $(lab_kernel) set-up-test
	+$(for_kernel) guest-run

# Builds for the kernel that is chosen already, and sets nothing up.
guest-run: all workloads
ifneq ($(T),)
	tests/lab/run --timeout $(if $(own_kernel),9000,1500) -- $(guest) \
	tests/guest/run $(patsubst %,%.t,$(call of_T,$(T_guest)))
else
	TIMEOUT=$(if $(own_kernel),9000,2400) tests/guest/in-parallel \
	'$(guest)' '$(lab_1)' '$(lab_2)' '$(lab_3)'
endif

## check-all - the guest tests on all kernels (KERNELS=NAMES: on these)
KERNELS ?= default $(foreach suite,$(suites),$(if \
	$(filter $(suite).%,$(default_release)),,$(suite)))
.PHONY: check-all
check-all:
	+tests/guest/on-all-kernels $(KERNELS)

## check-debug - the guest tests on a kernel that checks every lock and byte
## check-kcsan - the guest tests on a kernel that finds data races
.PHONY: check-debug check-kcsan
check-debug check-kcsan: check-%:
	+$(MAKE) --no-print-directory KERNEL='$*' T='$(T)' check-guest

## check-rig - plant faults: the tests have to fail on the debug kernel
.PHONY: check-rig
check-rig: lab-debug set-up-test
	prove --comments tests/rig/run :: $(patsubst rig/%,%,$(call of_T,$(T_rig))) KERNEL=debug

## check-storms - the storms, for a minute each (SYSTALLY_SECONDS=, _SEED=)
.PHONY: check-storms
check-storms: export SYSTALLY_SECONDS ?= 60
check-storms: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(guest_in_cache) tests/guest/run \
	$(or $(patsubst %,%.t,$(call of_T,$(T_guest))),$(notdir $(wildcard tests/guest/2[0-8]-*.t)))

## check-ended - 200 ends of top, run and record (SYSTALLY_CASES=, _SEED=)
.PHONY: check-ended
check-ended: export SYSTALLY_CASES ?= 200
check-ended: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(guest_in_cache) tests/guest/run \
	32-ended.t

## check-cpus - kernels ready for 256 and 1,024 CPUs, and a guest with 16
cpu_tests = $(if $(T),$(patsubst %,%.t,$(call of_T,$(T_guest))),\
	03-exact-tracepoint-hist.t 34-cpus.t)

.PHONY: check-cpus
check-cpus: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --append possible_cpus=256 --timeout 3600 -- \
	$(guest_in_cache) tests/guest/run $(cpu_tests)
	tests/lab/run --append possible_cpus=1024 --timeout 3600 -- \
	$(guest_in_cache) tests/guest/run $(cpu_tests)
	tests/lab/run --cpus 16 --timeout 3600 -- \
	$(guest_in_cache) tests/guest/run $(cpu_tests) 05-storm.t

## soak - count 10^9 calls; takes twenty minutes
.PHONY: soak
soak: export SYSTALLY_SOAK := 1000000000
soak: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(guest_in_cache) tests/guest/run \
	28-soak.t

## check-long - the guest tests with larger numbers; takes an hour
.PHONY: check-long
check-long: export SYSTALLY_LONG := 1
check-long: set-up-build-test-lab
	+$(in_cache) all workloads
	tests/lab/run --timeout 7200 -- $(guest_in_cache) tests/guest/run \
	$(patsubst %,%.t,$(or $(call of_T,$(T_guest)),$(filter-out \
		$(interleavings),$(guest_tests))))

## check-interleave - 200 random orders of hooks, and 200 of sessions (KERNEL=K,
##   SYSTALLY_CASES=, _SEED=); takes hours
interleavings := 14-interleave 41-session-storm
.PHONY: check-interleave interleave-run
check-interleave: export SYSTALLY_LONG := 1
check-interleave: $(lab_kernel) set-up-test
	+$(for_kernel) interleave-run

interleave-run: all workloads
	tests/lab/run --timeout 18000 -- $(guest) tests/guest/run \
	$(patsubst %,%.t,$(or $(call of_T,$(T_guest)),$(interleavings)))

## check-stap - the tests of tapsets and scripts, on kernel 7.2
stap := $(cache)/build/stap

.PHONY: check-stap stap-run
check-stap: set-up-build-test-lab lab-7.2
	+$(MAKE) --no-print-directory KERNEL=7.2 T='$(T)' stap-run

stap-run: all workloads
	tests/stap/compile '$(stap)' $(wildcard scripts/stap/*.stp tests/stap/*.stp)
	env SYSTALLY_STAP='$(stap)' tests/lab/run --timeout 1500 -- $(guest) \
	tests/lab/enter sid "$$PWD/tests/guest/run" \
	$(patsubst %,../%.t,$(or $(call of_T,$(T_stap)),$(stap_tests)))

## check-lab - the tests of the lab itself
.PHONY: check-lab
check-lab: set-up-build-test-lab
	prove tests/lab/selftest
