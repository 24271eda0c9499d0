# SPDX-License-Identifier: GPL-2.0-only
#
# What is shown and measured in the lab, and what is made of the results. Included
# by the Makefile.

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

.PHONY: bench
bench: set-up-build-lab-demo-bench
	+$(MAKE) --no-print-directory KERNELRELEASE='$(lab_release)' \
	O='$(lab_out)' module workloads
	SYSTALLY_BUILD='$(lab_out)' scripts/overhead $(ONLY)

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

