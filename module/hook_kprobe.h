/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hook on the functions that carry out the calls. Only processes that
 * make a probed call pay. Used by hook.c and control.c.
 *
 * All: process context, under the control mutex; they sleep.
 */
#ifndef SYSTALLY_HOOK_KPROBE_H
#define SYSTALLY_HOOK_KPROBE_H

#include "syscalls.h"

/*
 * systally_hook_kprobe_entry - probe the calls in @set, or all if it is NULL
 *
 * Probes that are there already stay; new ones count from now on, for calls
 * that pass the filter. Returns 0 or the error of the first probe that could
 * not be placed, and then has changed nothing. A call whose function this
 * kernel does not have cannot be made either, and is passed over.
 */
int __must_check systally_hook_kprobe_entry(const struct syscall_set *set);

/*
 * systally_unhook_kprobe_entry - remove the probes of calls not in @keep
 * @keep: NULL: remove all
 *
 * Returns when no handler of a removed probe is under way.
 */
void systally_unhook_kprobe_entry(const struct syscall_set *keep);

/* Times a probe was passed without its handler being run, since load. */
unsigned long systally_hook_kprobe_missed(void);

/* Number of functions probed now. */
unsigned int systally_hook_kprobe_count(void);

#endif /* SYSTALLY_HOOK_KPROBE_H */
