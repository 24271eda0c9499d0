# SPDX-License-Identifier: GPL-2.0-only
# What the makefiles need to know of x86: the widths of programs, the compiler's
# flags for each, and the words that `$LIB` stands for in the dynamic linker, by
# distribution. Vector registers stay as they are.

probe-widths := 64 32
probe-flags-64 := -m64 -mgeneral-regs-only
probe-flags-32 := -m32 -mgeneral-regs-only -mregparm=3

# Debian; Fedora and others. Arch Linux is asked: its lib is of 64 bits.
probe-lib := $(patsubst dl_dst_lib="%",%,$(filter dl_dst_lib=%,$(shell \
	/lib64/ld-linux-x86-64.so.2 --list-diagnostics 2>/dev/null)))
probe-folders-64 := lib/x86_64-linux-gnu lib64 $(filter lib,$(probe-lib))
probe-folders-32 := lib/i386-linux-gnu lib32 $(if $(filter \
	lib,$(probe-lib)),,lib)
