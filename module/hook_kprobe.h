/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kprobe hook, on the functions that carry out the calls. Only processes
 * that make a probed call pay for it.
 *
 * All functions: process context, under the control mutex. The first two sleep.
 */
#ifndef SYSTALLY_HOOK_KPROBE_H
#define SYSTALLY_HOOK_KPROBE_H

#include "syscalls.h"

/*
 * systally_hook_kprobe_entry - probe the calls in @set, or all if it is NULL
 *
 * Probes that are in place stay. New ones count calls from now on, if the calls
 * pass the filter. A call whose function this kernel lacks needs no probe.
 * Returns 0, or the error of the first probe that could not be placed. Then no
 * probe was added.
 */
int __must_check systally_hook_kprobe_entry(const struct syscall_set *set);

/*
 * systally_unhook_kprobe_entry - remove the probes of calls not in @keep
 * @keep: NULL: remove all
 *
 * Returns when no handler of a removed probe is running.
 */
void systally_unhook_kprobe_entry(const struct syscall_set *keep);

/*
 * systally_hook_kprobe_missed - how often a probe was hit and its handler was
 * not run, since load
 */
unsigned long systally_hook_kprobe_missed(void);

/* systally_hook_kprobe_count - number of functions that are probed now */
unsigned int systally_hook_kprobe_count(void);

#endif /* SYSTALLY_HOOK_KPROBE_H */
