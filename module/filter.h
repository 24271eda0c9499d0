/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which calls are counted: all, or a set.
 *
 * Concurrency: the set is replaced whole by control.c under its mutex, and
 * read by the hooks' handlers under RCU-sched. Whether there is one is a
 * static key.
 */
#ifndef SYSTALLY_FILTER_H
#define SYSTALLY_FILTER_H

#include <linux/jump_label.h>
#include <linux/rcupdate.h>

#include "syscalls.h"

DECLARE_STATIC_KEY_FALSE(systally_filter_key);
extern struct syscall_set __rcu *systally_filter_set;

/* Whether calls of this number are counted, if there is a filter at all. */
static __always_inline bool systally_filter_has(u32 abi, u32 nr)
{
	const struct syscall_set *set =
		rcu_dereference_sched(systally_filter_set);

	/* None any more, for one who saw the key before it was off */
	return !set || test_bit(nr, set->nr[abi]);
}

/*
 * systally_filter_replace - count only the calls in @set, or all if it is NULL
 *
 * Process context, sleeps; under the control mutex. Takes @set over (kfree).
 */
void systally_filter_replace(struct syscall_set *set);

/* The set in force or NULL; under the control mutex. */
const struct syscall_set *systally_filter_get(void);

#endif /* SYSTALLY_FILTER_H */
