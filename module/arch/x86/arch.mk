# SPDX-License-Identifier: GPL-2.0-only
# What makefiles need to know of x86. module/Kbuild includes this, and the
# Makefile does for the unit tests.

# Options that the kernel must have, without CONFIG_
arch-needs := X86_64

# Where a kernel's build folder has the numbers of its calls, and the header of
# each ABI of arch_abi.h there, for scripts/syscall-names
arch-uapi := arch/x86/include/generated/uapi/asm
arch-names := X86_64=unistd_64.h I386=unistd_32.h X32=unistd_x32.h

# The objects of this folder
arch-objs := arch_direct.o arch_entry.o
