// SPDX-License-Identifier: GPL-2.0-only
/*
 * The set of targets: changes, and questions that are not on the handlers'
 * path.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "target_set.h"

/* Not allocated: a handler finds it without loading a pointer. */
unsigned long systally_target_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];

/*
 * A bit for each 4,096 ids: whether any of them was made a target since the last
 * time that all others were removed. So that does not have to look at all ids.
 */
#define REGION_SHIFT 12
#define REGIONS	     DIV_ROUND_UP(PID_MAX_LIMIT, 1 << REGION_SHIFT)
static DECLARE_BITMAP(regions, REGIONS);

/* Written under the control mutex, read by the fork and exit handlers. */
static bool is_all;

DEFINE_RAW_SPINLOCK(systally_target_lock);

/*
 * Number of targets, unless they are `all`. Updated together with the bitmap.
 */
static atomic_t listed;

void systally_target_add(unsigned int tgid)
{
	if (!test_bit(tgid >> REGION_SHIFT, regions))
		set_bit(tgid >> REGION_SHIFT, regions);
	if (!test_and_set_bit(tgid, systally_target_bits))
		atomic_inc(&listed);
}

bool systally_target_remove(unsigned int tgid)
{
	return test_and_clear_bit(tgid, systally_target_bits) &&
	       atomic_dec_and_test(&listed);
}

int systally_target_compare(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Removes all targets of a region but @kept. Under systally_target_lock. */
static void keep_in_region(unsigned int region, const unsigned int *kept,
			   unsigned int count)
{
	unsigned int end = (region + 1) << REGION_SHIFT;
	unsigned int tgid = region << REGION_SHIFT;
	bool any = false;

	for (;; tgid++) {
		tgid = find_next_bit(systally_target_bits, end, tgid);
		if (tgid >= end)
			break;
		if (bsearch(&tgid, kept, count, sizeof(*kept),
			    systally_target_compare))
			any = true;
		else
			systally_target_remove(tgid);
	}
	if (!any)
		clear_bit(region, regions);
}

void systally_target_keep(const unsigned int *kept, unsigned int count)
{
	unsigned int region, from = 0, i;

	if (!is_all) {
		/* At once: a child must not be added in between. */
		raw_spin_lock(&systally_target_lock);
		for_each_set_bit(region, regions, REGIONS)
			keep_in_region(region, kept, count);
		raw_spin_unlock(&systally_target_lock);
		return;
	}
	/* While the targets are `all`, no other context changes a bit. */
	for (i = 0; i < count; i++) {
		if (kept[i] > from)
			bitmap_clear(systally_target_bits, from,
				     kept[i] - from);
		from = kept[i] + 1;
	}
	bitmap_clear(systally_target_bits, from, PID_MAX_LIMIT - from);
	for (i = 0; i < count; i++)
		set_bit(kept[i] >> REGION_SHIFT, regions);
	atomic_set(&listed, bitmap_weight(systally_target_bits, PID_MAX_LIMIT));
	WRITE_ONCE(is_all, false);
}

void systally_target_fill(void)
{
	WRITE_ONCE(is_all, true);
	/* From here on no fork or exit changes a bit. */
	synchronize_rcu();
	bitmap_fill(systally_target_bits, PID_MAX_LIMIT);
}

bool systally_target_is_all(void)
{
	return READ_ONCE(is_all);
}

bool systally_target_any(void)
{
	return READ_ONCE(is_all) || atomic_read(&listed);
}

unsigned int systally_target_count(void)
{
	return atomic_read(&listed);
}

unsigned int systally_target_next(unsigned int tgid)
{
	return find_next_bit(systally_target_bits, PID_MAX_LIMIT, tgid);
}
