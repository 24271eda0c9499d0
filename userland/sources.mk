# SPDX-License-Identifier: GPL-2.0-only
#
# What the command and its unit tests are made of. Included by the Makefile;
# paths are below the root of the tree.

# The libraries: pkg-config name:package on Debian:package on Fedora. Read by
# scripts/setup as well, one a line.
SYSTALLY_LIBRARIES := \
	libseccomp:libseccomp-dev:libseccomp-devel \
	json-c:libjson-c-dev:json-c-devel \
	ncursesw:libncurses-dev:ncurses-devel
SYSTALLY_TEST_LIBRARIES := \
	cmocka:libcmocka-dev:libcmocka-devel

SYSTALLY_PKGS := $(foreach library,$(SYSTALLY_LIBRARIES),$(firstword \
	$(subst :, ,$(library))))

# everything but main.c, for the unit tests to link
SYSTALLY_PARTS := $(sort $(wildcard userland/*/*.c))
SYSTALLY_SRCS := userland/main.c $(SYSTALLY_PARTS)

# -std=gnu11, and these folders
SYSTALLY_CPPFLAGS := -Iinclude -Iuserland

# Unit tests of the command: each is one program, of tests/unit/<name>.c and
# SYSTALLY_PARTS, with cmocka besides the libraries above.
SYSTALLY_TESTS := test_snapshot test_rank test_render test_names test_options \
	test_session test_histogram test_checks_stap test_record \
	test_strace test_compare test_subsystem test_needs
SYSTALLY_TEST_PKGS := $(SYSTALLY_PKGS) cmocka
