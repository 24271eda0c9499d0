/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The direct hooks on x86-64: the sites in the kernel's functions, and the stubs
 * that ftrace calls from there.
 */
#ifndef SYSTALLY_ARCH_DIRECT_H
#define SYSTALLY_ARCH_DIRECT_H

#include <linux/errno.h>
#include <linux/kprobes.h>

/*
 * arch_direct_site - the address that ftrace patches in a function
 * @kp: registered for the function, disarmed
 *
 * Any context. Returns 0, or -ENODEV if the function has no ftrace site at its
 * start.
 */
static inline int arch_direct_site(const struct kprobe *kp, unsigned long *site)
{
	*site = (unsigned long)kp->addr;
	return kp->flags & KPROBE_FLAG_FTRACE ? 0 : -ENODEV;
}

/*
 * arch_direct_stub, arch_direct_sites_stub - called by ftrace at the start of a
 * function whose first argument is the user's registers
 *
 * They call systally_direct_handler() and systally_sites_handler() with these
 * registers. Never called from C.
 */
void arch_direct_stub(void);
void arch_direct_sites_stub(void);

/*
 * ARCH_DIRECT_FUNCTIONS - the functions that hand each call to its own function
 *
 * Every call passes one of these. Up to 5.x the entry code called through a
 * table, and no function was passed by every call. The switches that replaced
 * the table were functions of their own until compilers inlined them
 * (arch/x86/entry/syscall_{64,32,x32}.c).
 */
#define ARCH_DIRECT_FUNCTIONS "x64_sys_call" ARCH_DIRECT_I386 ARCH_DIRECT_X32

#ifdef CONFIG_IA32_EMULATION
#define ARCH_DIRECT_I386 , "ia32_sys_call"
#else
#define ARCH_DIRECT_I386
#endif

#ifdef CONFIG_X86_X32_ABI
#define ARCH_DIRECT_X32 , "x32_sys_call"
#else
#define ARCH_DIRECT_X32
#endif

#endif /* SYSTALLY_ARCH_DIRECT_H */
