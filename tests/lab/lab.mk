# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's kernels: their names, how KERNEL= picks one, and how to set one up.
# Included by the Makefile, before it decides where build products go.

# KERNEL= picks one of the lab's kernels. The kernels in `suites` have their
# headers and their compiler in the suite's folder. scripts/own-kernel builds
# those in `own_kernels`. `default`, or the version of that kernel, is the
# distribution's own kernel.
suites := 5.10 6.1 6.1-rt 6.12 7.2 7.3
own_kernels := debug kcsan
default_release = $(shell scripts/setup --kernel-release 2>/dev/null)
ifneq ($(KERNEL),)
ifneq ($(filter $(KERNEL).%,$(default_release)),)
override KERNEL := default
endif
endif
suite := $(filter $(suites),$(KERNEL))
own_kernel := $(filter $(own_kernels),$(KERNEL))
ifneq ($(suite)$(own_kernel),)
override KERNELRELEASE := $(firstword $(shell cat '$(cache)/kernels/$(KERNEL)' 2>/dev/null))
O ?= $(cache)/build/$(KERNELRELEASE)
W ?= 1
KCFLAGS ?= -Werror
# The headers of 7.x lack a file that the check of sparse's version needs.
C ?= $(if $(filter 7.%,$(suite)),,1)
CF ?= -Wsparse-error
export SYSTALLY_KERNEL := $(KERNEL)
else ifneq ($(filter-out default,$(KERNEL)),)
$(error systally: KERNEL=$(KERNEL): no such kernel; there are: default $(suites) $(own_kernels))
endif
ifneq ($(own_kernel),)
override KERNELDIR := $(cache)/kernels/$(KERNELRELEASE)/lib/modules/$(KERNELRELEASE)/build
endif

# set-up-PART-PART...: these parts of scripts/setup. This is a prerequisite and
# not a line of a recipe, because make expands a whole recipe before it runs the
# first line, and the lab's kernel is known only after the set-up.
set-up-%:
	scripts/setup $(subst -, ,$*)

# $(in_cache) TARGET...: make these for the lab's default kernel, with products
# in the cache and every warning an error
lab_release = $(shell scripts/setup --kernel-release)
lab_out = $(cache)/build/$(lab_release)
in_cache = $(MAKE) --no-print-directory KERNEL= \
	KERNELRELEASE='$(lab_release)' O='$(lab_out)' W=1 C=1 \
	CF=-Wsparse-error KCFLAGS=-Werror CFLAGS='-O2 -g -Werror' T='$(T)'

# $(for_kernel) TARGET...: make these for KERNEL, or for the lab's default. The
# recipe's target needs the prerequisite $(lab_kernel).
lab_kernel := lab-$(or $(suite)$(own_kernel),default)
for_kernel = $(if $(suite)$(own_kernel),$(MAKE) --no-print-directory \
	KERNEL='$(KERNEL)' T='$(T)',$(in_cache))

##@ The lab
## lab-K - set up kernel K for the lab
.PHONY: lab-default $(suites:%=lab-%) $(own_kernels:%=lab-%)
lab-default:
	scripts/setup build lab
$(suites:%=lab-%): lab-%: lab-default
	scripts/suite '$*'
$(own_kernels:%=lab-%): lab-%: lab-default
	scripts/own-kernel '$*'
