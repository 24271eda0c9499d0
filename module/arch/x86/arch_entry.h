/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel functions that carry out the calls, per ABI: three arrays of
 * symbol names by number, made from the tables that the kernel's own dispatch
 * is made from (arch/x86/entry/syscall_{64,32,x32}.c). Included by
 * hook_kprobe.c only.
 */
#ifndef SYSTALLY_ARCH_ENTRY_H
#define SYSTALLY_ARCH_ENTRY_H

#include <linux/stringify.h>
#include <linux/version.h>

#define __SYSCALL(nr, sym)	[nr] = "__x64_" #sym,
#define __SYSCALL_NORETURN(nr, sym) __SYSCALL(nr, sym)

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)

static const char *const entry_points_64[] = {
#include <asm/syscalls_64.h>
};

static const char *const entry_points_x32[] = {
#ifdef CONFIG_X86_X32_ABI
#include <asm/syscalls_x32.h>
#endif
	[1023] = NULL,
};

#else /* both tables are in one file, under three macros */

#define __SYSCALL_64(nr, sym)	__SYSCALL(nr, sym)
#define __SYSCALL_COMMON(nr, sym) __SYSCALL(nr, sym)
#define __SYSCALL_X32(nr, sym)
static const char *const entry_points_64[] = {
#include <asm/syscalls_64.h>
};

/*
 * x32 has stubs of its own for compat calls, and for others that have a second
 * number (arch/x86/entry/syscall_x32.c) takes those of 64 bits.
 */
#define __x32_sys_readv			__x64_sys_readv
#define __x32_sys_writev		__x64_sys_writev
#define __x32_sys_vmsplice		__x64_sys_vmsplice
#define __x32_sys_process_vm_readv	__x64_sys_process_vm_readv
#define __x32_sys_process_vm_writev	__x64_sys_process_vm_writev
#define __x32_sys_setsockopt		__x64_sys_setsockopt
#define __x32_sys_getsockopt		__x64_sys_getsockopt

#undef __SYSCALL_64
#undef __SYSCALL_X32
#define __SYSCALL_64(nr, sym)
#define __SYSCALL_X32(nr, sym)	[nr] = __stringify(__x32_##sym),
static const char *const entry_points_x32[] = {
#ifdef CONFIG_X86_X32_ABI
#include <asm/syscalls_64.h>
#endif
	[1023] = NULL,
};

#endif

#undef __SYSCALL
#define __SYSCALL(nr, sym)	[nr] = "__ia32_" #sym,
#define __SYSCALL_WITH_COMPAT(nr, native, compat) __SYSCALL(nr, compat)
#define __SYSCALL_I386(nr, sym)	__SYSCALL(nr, sym)

static const char *const entry_points_32[] = {
#include <asm/syscalls_32.h>
};

#endif /* SYSTALLY_ARCH_ENTRY_H */
