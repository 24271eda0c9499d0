# SPDX-License-Identifier: GPL-2.0-only
#
# The demonstration and the measurements in the lab, and the documents made from
# them. Included by the Makefile.

##@ Show and measure
## demo - show nginx and redis under load
.PHONY: demo
demo: set-up-build-lab-demo
	+$(MAKE) --no-print-directory KERNELRELEASE='$(lab_release)' \
	O='$(lab_out)' all
	SYSTALLY_BUILD='$(lab_out)' scripts/demo

## cost - print what counting adds to a call, in instructions
## cost-table - write that of Linux 6.1 to doc/cost-6.1.txt, for check-cost
.PHONY: cost cost-run cost-table
cost: $(lab_kernel) set-up-test
	+$(for_kernel) cost-run

cost_lab = tests/lab/run --icount --memory 4096 --timeout 1800 -- $(guest) \
	tests/guest/cost.sh

cost-run: all workloads
	$(cost_lab)

cost-table: lab-6.1 set-up-test
	+$(MAKE) --no-print-directory KERNEL=6.1 cost >'$(cache)/cost-6.1.txt'
	sed -n '/^getppid() on /,$$p' '$(cache)/cost-6.1.txt' >doc/cost-6.1.txt

## check-cost - no row of `cost` on Linux 6.1 has grown by an instruction
.PHONY: check-cost
check-cost: all workloads
ifneq ($(filter 6.1.%,$(KERNELRELEASE)),)
	$(cost_lab) --quick | \
	tests/guest/cost-compare doc/cost-6.1.txt '5000|10000|5,100'
else
	@echo 'check-cost: skipped: there is no table for $(KERNELRELEASE)'
endif

## cost-reading - print what it costs to read 104,000 rows
.PHONY: cost-reading cost-reading-run
cost-reading: $(lab_kernel) set-up-test
	+$(for_kernel) cost-reading-run

cost-reading-run: all workloads
	tests/lab/run --icount --memory 4096 --timeout 1800 -- $(guest) \
	tests/guest/cost-reading.sh

## cost-latency - print the latency of a real-time task, on kernel 6.1-rt
.PHONY: cost-latency cost-latency-run
cost-latency: set-up-build-test-lab-latency lab-6.1-rt
	+$(MAKE) --no-print-directory KERNEL=6.1-rt cost-latency-run

cost-latency-run: all workloads
	tests/lab/run --icount --memory 4096 --timeout 3600 -- $(guest) \
	tests/guest/cost-latency.sh

## cost-stap - print what the tapsets add to a call, on kernel 7.2
.PHONY: cost-stap cost-stap-run
cost-stap: set-up-build-test-lab lab-7.2
	+$(MAKE) --no-print-directory KERNEL=7.2 cost-stap-run

cost-stap-run: workloads
	tests/stap/compile '$(stap)' $(wildcard tests/stap/cost/*.stp)
	env SYSTALLY_STAP='$(stap)' tests/lab/run --icount --memory 4096 \
	--timeout 1800 -- $(guest) tests/lab/enter sid \
	"$$PWD/tests/stap/cost.sh"

## bench - compare with other tools: doc/overhead (ONLY=WORDS KERNEL=)
## bench-ssl - the same for functions of OpenSSL: doc/overhead/ssl
## bench-mix - the same for calls and functions of Go: doc/overhead/mix
bench_kernel := $(if $(filter-out 7.2,$(suite)$(own_kernel)),no-bench-kernel,\
	$(lab_kernel))
.PHONY: bench bench-ssl bench-mix no-bench-kernel
no-bench-kernel:
	$(error systally: KERNEL=$(KERNEL): bench has default and 7.2)

bench bench-ssl bench-mix: $(bench_kernel) set-up-build-test-lab-demo-bench
	+$(for_kernel) all workloads experiment-workloads
	scripts/overhead -e $(or $(patsubst bench-%,%,$(filter bench-%,$@)),calls) \
	$(if $(suite),--kernel $(suite)) $(ONLY)

## needs-nginx - find the calls that nginx needs; takes an hour
## needs-redis - the same for redis
.PHONY: needs-nginx needs-redis
needs-nginx needs-redis: needs-%: set-up-build-demo
	+$(in_cache) userland
	SYSTALLY='$(lab_out)/userland/systally' scripts/needs/$* $(NEEDS)

## measure-workloads - count perf bench and others: doc/workloads (ONLY=NAMES)
.PHONY: measure-workloads
measure-workloads: set-up-build-lab-workloads
	+$(in_cache) all
	SYSTALLY_KO='$(lab_out)/module/systally.ko' \
	SYSTALLY='$(lab_out)/userland/systally' scripts/workloads $(ONLY)

## subsystem-table - make the table of calls and subsystems from kernel sources
.PHONY: subsystem-table
subsystem-table:
	scripts/subsystem-table >'$(cache)/subsystem_table.c'
	mv '$(cache)/subsystem_table.c' userland/calls/subsystem_table.c

## stap-releases - try the SystemTap of each Debian release (K=KERNELS: these)
.PHONY: stap-releases
stap-releases: $(patsubst %,lab-%,$(filter-out 6.1,$(suites)))
	scripts/stap-releases $(K)
