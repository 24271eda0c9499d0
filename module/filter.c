// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filter: which calls are counted.
 */
#include <linux/slab.h>

#include "filter.h"

DEFINE_STATIC_KEY_FALSE(systally_filter_key);
struct syscall_set __rcu *systally_filter_set;

const struct syscall_set *systally_filter_get(void)
{
	/* The caller holds the control mutex, as every writer does. */
	return rcu_dereference_protected(systally_filter_set, true);
}

void systally_filter_replace(struct syscall_set *set)
{
	const struct syscall_set *old = systally_filter_get();

	if (!set && old)
		static_branch_disable(&systally_filter_key);
	rcu_assign_pointer(systally_filter_set, set);
	if (set && !old)
		static_branch_enable(&systally_filter_key);
	synchronize_rcu();
	kfree(old);
}
