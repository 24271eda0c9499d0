/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct sites: ftrace calls the module at the start of the functions that
 * carry out the calls. Only these calls cost more, and less than with a kprobe.
 * The handler sees entries only.
 *
 * All functions: process context, under the control mutex; they sleep.
 */
#ifndef SYSTALLY_HOOK_SITES_H
#define SYSTALLY_HOOK_SITES_H

#include "syscalls.h"

/*
 * systally_hook_sites_check - whether this kernel supports it
 *
 * Returns 0 or -EOPNOTSUPP. Any context.
 */
int __must_check systally_hook_sites_check(void);

/*
 * systally_hook_sites_entry - hook the functions of the calls in @set
 * @set: NULL for all calls
 *
 * Only while no site is hooked. Calls whose function this kernel does not have
 * are left out. Returns 0, -EOPNOTSUPP if this kernel does not support it,
 * -EBUSY if another tracer uses a site or ftrace is turned off, or -ENOMEM.
 * After an error nothing is hooked.
 */
int __must_check systally_hook_sites_entry(const struct syscall_set *set);

/*
 * systally_unhook_sites_entry - remove the hooks of all sites
 *
 * Returns when no task is in the stub or the handler any more.
 */
void systally_unhook_sites_entry(void);

/* systally_hook_sites_are - whether exactly the calls in @set are hooked */
bool systally_hook_sites_are(const struct syscall_set *set);

/*
 * systally_hook_sites_last - the calls that are hooked, or were last; NULL: all
 *
 * Stays as it is until systally_hook_sites_entry() succeeds with others.
 */
const struct syscall_set *systally_hook_sites_last(void);

/* systally_hook_sites_count - number of functions that are hooked now */
unsigned int systally_hook_sites_count(void);

/* systally_hook_sites_why - why the last hook failed, in a few words */
const char *systally_hook_sites_why(void);

#endif /* SYSTALLY_HOOK_SITES_H */
