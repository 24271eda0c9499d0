/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filter: which calls are counted, all or a set.
 *
 * Concurrency: the set is replaced as a whole under the control mutex, and read
 * by handlers with preemption off (RCU). A static key tells whether there is a
 * set.
 */
#ifndef SYSTALLY_FILTER_H
#define SYSTALLY_FILTER_H

#include <linux/jump_label.h>
#include <linux/rcupdate.h>

#include "syscalls.h"

DECLARE_STATIC_KEY_FALSE(systally_filter_key);
extern struct syscall_set __rcu *systally_filter_set;

/*
 * Whether calls of this number are counted. For handlers that have found
 * systally_filter_key on; preemption off.
 */
static __always_inline bool systally_filter_has(u32 abi, u32 nr)
{
	const struct syscall_set *set =
		rcu_dereference_sched(systally_filter_set);

	/* NULL: the filter was removed after the caller read the key */
	return !set || test_bit(nr, set->nr[abi]);
}

/*
 * systally_filter_replace - count only the calls in @set, or all if it is NULL
 *
 * Process context, sleeps; under the control mutex. Owns @set from now on, and
 * frees it by kfree().
 */
void systally_filter_replace(struct syscall_set *set);

/* systally_filter_get - the set, or NULL for all; under the control mutex */
const struct syscall_set *systally_filter_get(void);

#endif /* SYSTALLY_FILTER_H */
