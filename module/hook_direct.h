/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The direct hook: ftrace calls the module at the start of the functions that
 * every call passes (arch_direct.h). It is the cheapest hook when every process
 * is counted, but bystanders pay for it, too. It sees entries only.
 *
 * All functions: process context, under the control mutex; they sleep.
 */
#ifndef SYSTALLY_HOOK_DIRECT_H
#define SYSTALLY_HOOK_DIRECT_H

/*
 * systally_hook_direct_check - whether this kernel has the sites
 *
 * Returns 0, -EOPNOTSUPP if a site is missing, or -ENOMEM.
 */
int __must_check systally_hook_direct_check(void);

/*
 * systally_hook_direct_entry - hook the sites of all ABIs, or none
 *
 * Returns 0, -EOPNOTSUPP if this kernel does not support it, -EBUSY if another
 * tracer uses a site or ftrace is turned off, or -ENOMEM.
 */
int __must_check systally_hook_direct_entry(void);

/*
 * systally_unhook_direct_entry - returns when no task is in the stub or handler
 */
void systally_unhook_direct_entry(void);

/*
 * systally_hook_direct_why - why the last check or hook failed, in a few words
 */
const char *systally_hook_direct_why(void);

#endif /* SYSTALLY_HOOK_DIRECT_H */
