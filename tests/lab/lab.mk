# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's kernels: which there are, how KERNEL= picks one, and how to set one
# up. Included by the Makefile, before it decides where products go.

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

.PHONY: lab-default lab-6.1 $(suites:%=lab-%) $(own_kernels:%=lab-%)
lab-default lab-6.1:
	scripts/setup build lab
$(suites:%=lab-%): lab-%: lab-default
	scripts/suite '$*'
$(own_kernels:%=lab-%): lab-%: lab-default
	scripts/own-kernel '$*'

