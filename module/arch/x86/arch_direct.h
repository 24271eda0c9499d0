/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ftrace sites of the direct hook on x86-64: the functions that dispatch
 * each call to its own function, and the stub that is called from there. As it
 * defines data, only one file (hook_direct.c) may include it.
 */
#ifndef SYSTALLY_ARCH_DIRECT_H
#define SYSTALLY_ARCH_DIRECT_H

#include <linux/errno.h>
#include <linux/kprobes.h>

/*
 * Every call passes one of these. Up to 5.x the entry code called through a
 * table, and no function was passed by every call. The switches that replaced
 * the table were functions of their own until compilers inlined them
 * (arch/x86/entry/syscall_{64,32,x32}.c).
 */
static const char *const arch_direct_functions[] = {
	"x64_sys_call",
#ifdef CONFIG_IA32_EMULATION
	"ia32_sys_call",
#endif
#ifdef CONFIG_X86_X32_ABI
	"x32_sys_call",
#endif
};

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
 * arch_direct_stub - called by ftrace at a function's start; calls
 * systally_direct_handler() with the user's registers. Never called from C.
 */
void arch_direct_stub(void);

#endif /* SYSTALLY_ARCH_DIRECT_H */
