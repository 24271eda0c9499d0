// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sets of targets and their union: changes, and questions that are not on
 * the handlers' path.
 */
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <asm/barrier.h>

#include "table.h"
#include "target_set.h"

unsigned long systally_target_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];
DEFINE_RAW_SPINLOCK(systally_target_lock);

/* Words of a bitmap that belong to a region */
#define REGION_WORDS ((1 << TARGET_REGION_SHIFT) / BITS_PER_LONG)

/*
 * The sets that are parts of the union. Written under the control mutex and the
 * lock, read under either.
 */
static struct target_set *sets[TABLE_SESSIONS];

/* Whether one of them is `all`: forks and exits do not change the union then.
 * Written under the lock, read in any context.
 */
static bool union_all;

#define for_each_set(i, set)                       \
	for ((i) = 0; (i) < TABLE_SESSIONS; (i)++) \
		if (!((set) = sets[(i)])) {        \
		} else

void systally_target_join(struct target_set *set)
{
	unsigned int i;

	for (i = 0; sets[i]; i++)
		;
	raw_spin_lock(&systally_target_lock);
	sets[i] = set;
	raw_spin_unlock(&systally_target_lock);
}

void systally_target_part(struct target_set *set)
{
	unsigned int i;

	for (i = 0; sets[i] != set; i++)
		;
	raw_spin_lock(&systally_target_lock);
	sets[i] = NULL;
	raw_spin_unlock(&systally_target_lock);
}

bool systally_target_is_all(void)
{
	return READ_ONCE(union_all);
}

bool systally_target_any(void)
{
	const struct target_set *set;
	unsigned int i;

	for (i = 0; i < TABLE_SESSIONS; i++) {
		set = READ_ONCE(sets[i]);
		if (set && target_set_any(set))
			return true;
	}
	return false;
}

/* The rest is under the lock up to systally_target_compare(). */

static bool in_any_set(unsigned int tgid)
{
	const struct target_set *set;
	unsigned int i;

	for_each_set(i, set) if (!set->all &&
				 test_bit(tgid, set->bits)) return true;
	return false;
}

void target_set_add(struct target_set *set, unsigned int tgid)
{
	lockdep_assert_held(&systally_target_lock);
	if (__test_and_set_bit(tgid, set->bits))
		return;
	__set_bit(tgid >> TARGET_REGION_SHIFT, set->regions);
	WRITE_ONCE(set->listed, set->listed + 1);
	set_bit(tgid, systally_target_bits);
}

void target_set_remove(struct target_set *set, unsigned int tgid)
{
	lockdep_assert_held(&systally_target_lock);
	if (!__test_and_clear_bit(tgid, set->bits))
		return;
	WRITE_ONCE(set->listed, set->listed - 1);
	if (!union_all && !in_any_set(tgid))
		clear_bit(tgid, systally_target_bits);
}

/* Removes all targets of a region but @kept. */
static void keep_in_region(struct target_set *set, unsigned int region,
			   const unsigned int *kept, unsigned int count)
{
	unsigned int end = (region + 1) << TARGET_REGION_SHIFT;
	unsigned int tgid = region << TARGET_REGION_SHIFT;
	bool any = false;

	for (;; tgid++) {
		tgid = find_next_bit(set->bits, end, tgid);
		if (tgid >= end)
			break;
		if (bsearch(&tgid, kept, count, sizeof(*kept),
			    systally_target_compare))
			any = true;
		else
			target_set_remove(set, tgid);
	}
	if (!any)
		__clear_bit(region, set->regions);
}

/* Sets a region of the union to what the sets have. */
static void unite_region(unsigned int region)
{
	unsigned int word = region * REGION_WORDS, i, k;
	const struct target_set *set;

	for (k = 0; k < REGION_WORDS; k++, word++) {
		unsigned long bits = 0;

		for_each_set(i, set) if (test_bit(region, set->regions)) bits |=
			set->bits[word];
		WRITE_ONCE(systally_target_bits[word], bits);
	}
}

int systally_target_compare(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Whether a set is `all`. Under the control mutex. */
static bool any_is_all(void)
{
	const struct target_set *set;
	unsigned int i;

	for_each_set(i, set) if (set->all) return true;
	return false;
}

/*
 * A set is no longer `all`. From here on, forks and exits change its bits, and
 * those of the union if that is not `all` any more. The union has too many bits
 * until it is made anew, region by region.
 */
static void end_all(struct target_set *set)
{
	unsigned int region;

	raw_spin_lock(&systally_target_lock);
	/* After the bits. Pairs with the acquires in target_set_has(), lists(). */
	smp_store_release(&set->all, false);
	WRITE_ONCE(union_all, any_is_all());
	raw_spin_unlock(&systally_target_lock);
	for (region = 0; !union_all && region < TARGET_REGIONS; region++) {
		raw_spin_lock(&systally_target_lock);
		unite_region(region);
		raw_spin_unlock(&systally_target_lock);
		cond_resched();
	}
}

void target_set_keep(struct target_set *set, const unsigned int *kept,
		     unsigned int count)
{
	unsigned int region, i;

	if (set->all) {
		/* The set has no bits. */
		raw_spin_lock(&systally_target_lock);
		for (i = 0; i < count; i++)
			target_set_add(set, kept[i]);
		raw_spin_unlock(&systally_target_lock);
		end_all(set);
		return;
	}
	/* At once: a child must not be added in between. */
	raw_spin_lock(&systally_target_lock);
	for_each_set_bit(region, set->regions, TARGET_REGIONS)
		keep_in_region(set, region, kept, count);
	raw_spin_unlock(&systally_target_lock);
}

void target_set_fill(struct target_set *set)
{
	raw_spin_lock(&systally_target_lock);
	WRITE_ONCE(set->all, true);
	WRITE_ONCE(union_all, true);
	raw_spin_unlock(&systally_target_lock);
	/* No fork or exit changes a bit of the set or of the union now, and after
	 * this no handler tests one of the set.
	 */
	synchronize_rcu();
	bitmap_zero(set->bits, PID_MAX_LIMIT);
	bitmap_zero(set->regions, TARGET_REGIONS);
	set->listed = 0;
	bitmap_fill(systally_target_bits, PID_MAX_LIMIT);
}

unsigned int target_set_next(const struct target_set *set, unsigned int tgid)
{
	return find_next_bit(set->bits, PID_MAX_LIMIT, tgid);
}

/* Whether a set lists a process; any context, without the lock */
static bool lists(const struct target_set *set, unsigned int tgid)
{
	return set && !smp_load_acquire(&set->all) && test_bit(tgid, set->bits);
}

void systally_target_forked(unsigned int parent, unsigned int child)
{
	const struct target_set *first;
	struct target_set *set;
	unsigned int i;

	if (!systally_target_has(parent))
		return;
	for (i = 0; i < TABLE_SESSIONS; i++) {
		first = READ_ONCE(sets[i]);
		if (lists(first, parent) && READ_ONCE(first->follow))
			break;
	}
	if (i == TABLE_SESSIONS)
		return;
	raw_spin_lock(&systally_target_lock);
	for_each_set(i, set) if (lists(set, parent) && READ_ONCE(set->follow))
		target_set_add(set, child);
	raw_spin_unlock(&systally_target_lock);
}

bool systally_target_exited(unsigned int tgid)
{
	struct target_set *set;
	bool emptied = false;
	unsigned int i;

	for (i = 0; i < TABLE_SESSIONS; i++)
		if (lists(READ_ONCE(sets[i]), tgid))
			break;
	/* If a control adds it after this, add() in target.c removes it. */
	if (i == TABLE_SESSIONS)
		return false;
	raw_spin_lock(&systally_target_lock);
	for_each_set(i, set)
	{
		if (!lists(set, tgid))
			continue;
		target_set_remove(set, tgid);
		emptied |= !target_set_any(set);
	}
	raw_spin_unlock(&systally_target_lock);
	return emptied;
}
