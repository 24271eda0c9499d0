/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * COMPAT_SYSCALLS_X32 is the kernel's header with the table of x32's calls, for
 * #include. Before 5.14 it is the header of the 64-bit calls.
 */
#ifndef SYSTALLY_COMPAT_SYSCALLS_X32_H
#define SYSTALLY_COMPAT_SYSCALLS_X32_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#define COMPAT_SYSCALLS_X32 <asm/syscalls_x32.h>
#else
#define COMPAT_SYSCALLS_X32 <asm/syscalls_64.h>
#endif

#endif /* SYSTALLY_COMPAT_SYSCALLS_X32_H */
