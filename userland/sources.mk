# SPDX-License-Identifier: GPL-2.0-only
#
# What the command and its unit tests are made of. Included by the Makefile;
# paths are below the root of the tree.

# The libraries: pkg-config name:package on Debian:package on Fedora. Read by
# scripts/setup as well, one a line.
SYSTALLY_LIBRARIES := \
	libseccomp:libseccomp-dev:libseccomp-devel \
	json-c:libjson-c-dev:json-c-devel \
	yajl:libyajl-dev:yajl-devel \
	ncursesw:libncurses-dev:ncurses-devel \
	zlib:zlib1g-dev:zlib-devel \
	libkmod:libkmod-dev:kmod-devel \
	libelf:libelf-dev:elfutils-libelf-devel
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
# SYSTALLY_PARTS, with cmocka besides the libraries above. All of tests/unit but
# those of the module's parts.
SYSTALLY_TESTS := $(filter-out test_frame test_parse test_path test_syscalls test_table, \
	$(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/test_*.c))))
SYSTALLY_TEST_PKGS := $(SYSTALLY_PKGS) cmocka
