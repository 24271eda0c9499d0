/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hook on the functions that hand each call to its own: x64_sys_call() and
 * the like. The cheapest by far where every process is counted, but all pay.
 * Entries only. Used by hook.c and choice.c.
 *
 * All: process context, under the control mutex; they sleep.
 */
#ifndef SYSTALLY_HOOK_DIRECT_H
#define SYSTALLY_HOOK_DIRECT_H

/* systally_hook_direct_check - 0, or -EOPNOTSUPP if this kernel has no place */
int __must_check systally_hook_direct_check(void);

/*
 * systally_hook_direct_entry - hook all ABIs, or none
 *
 * Returns 0, -EOPNOTSUPP if this kernel has no place for it, -EBUSY if
 * another tracer has it or ftrace is switched off, or -ENOMEM.
 */
int __must_check systally_hook_direct_entry(void);

/* systally_unhook_direct_entry - returns when nobody is in the module's code */
void systally_unhook_direct_entry(void);

/* Why the last check or entry failed: a few words. */
const char *systally_hook_direct_why(void);

#endif /* SYSTALLY_HOOK_DIRECT_H */
