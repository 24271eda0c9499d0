// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sets of targets, and what handlers test: changes, and questions that are not
 * on the handlers' path.
 */
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <asm/barrier.h>

#include "memory.h"
#include "rules.h"
#include "table.h"
#include "target_set.h"

unsigned long systally_traced_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];
unsigned long systally_direct_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];
DEFINE_RAW_SPINLOCK(systally_target_lock);

/* Words of a bitmap that belong to a region */
#define REGION_WORDS ((1 << TARGET_REGION_SHIFT) / BITS_PER_LONG)

/*
 * The sets that have targets. Written under the control mutex and the lock, read
 * under either.
 */
static struct target_set *sets[TABLE_SESSIONS];

/* What is in the bitmaps. Written under the control mutex and the lock. */
static enum target_part traced_part = TARGETS_OF_ALL;
static enum target_part direct_part = TARGETS_OF_ALL;
static bool moving;

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

/* Some or all bits of a word in the sets: of any session, and of those with times */
struct united {
	unsigned long any, timed;
};

static unsigned long part_of(const struct united *united, enum target_part part)
{
	switch (part) {
	case TARGETS_OF_ALL:
		return united->any;
	case TARGETS_TIMED:
		return united->timed;
	case TARGETS_REST:
		return united->any & ~united->timed;
	default:
		return 0;
	}
}

/* Unites a word of the sets. */
static struct united unite(unsigned int word)
{
	struct united united = {};
	const struct target_set *set;
	unsigned int i;

	for_each_set(i, set)
	{
		unsigned long bits = set->all ? ~0ul : set->bits[word];

		united.any |= bits;
		if (set->timed)
			united.timed |= bits;
	}
	return united;
}

static void put_exactly(unsigned long *to, unsigned long bits)
{
	if (*to != bits)
		WRITE_ONCE(*to, bits);
}

static void put_word(unsigned long *to, unsigned long bits)
{
	put_exactly(to, moving ? *to | bits : bits);
}

static void put_bit(unsigned long *to, unsigned int bit, unsigned long bits)
{
	put_exactly(to, (*to & ~BIT(bit)) | (bits & BIT(bit)));
}

/*
 * Sets the bits of a process that has not run yet, or makes no more calls: it does
 * not move.
 */
static void update_exactly(unsigned int tgid)
{
	unsigned int word = tgid / BITS_PER_LONG, bit = tgid % BITS_PER_LONG;
	const struct united united = unite(word);

	put_bit(&systally_traced_bits[word], bit,
		part_of(&united, traced_part));
	put_bit(&systally_direct_bits[word], bit,
		part_of(&united, direct_part));
}

/* Sets a word of the handlers' bitmaps to what the sets have. */
static void update_word(unsigned int word)
{
	const struct united united = unite(word);

	put_word(&systally_traced_bits[word], part_of(&united, traced_part));
	put_word(&systally_direct_bits[word], part_of(&united, direct_part));
}

static bool is_listed(const struct target_set *set, unsigned int tgid)
{
	return test_bit(tgid, set->listed_bits ?: set->bits);
}

static void set_target(struct target_set *set, unsigned int tgid)
{
	if (__test_and_set_bit(tgid, set->bits))
		return;
	__set_bit(tgid >> TARGET_REGION_SHIFT, set->regions);
	WRITE_ONCE(set->targets, set->targets + 1);
	update_word(tgid / BITS_PER_LONG);
}

void target_set_add(struct target_set *set, unsigned int tgid)
{
	lockdep_assert_held(&systally_target_lock);
	if (set->listed_bits)
		__set_bit(tgid, set->listed_bits);
	set_target(set, tgid);
}

static void clear_target(struct target_set *set, unsigned int tgid)
{
	if (!__test_and_clear_bit(tgid, set->bits))
		return;
	WRITE_ONCE(set->targets, set->targets - 1);
	update_word(tgid / BITS_PER_LONG);
}

void target_set_remove(struct target_set *set, unsigned int tgid)
{
	lockdep_assert_held(&systally_target_lock);
	if (set->listed_bits)
		__clear_bit(tgid, set->listed_bits);
	clear_target(set, tgid);
}

void target_set_unlist(struct target_set *set, unsigned int tgid)
{
	if (set->listed_bits)
		__clear_bit(tgid, set->listed_bits);
	else
		target_set_remove(set, tgid);
}

void target_set_unlist_all(struct target_set *set)
{
	unsigned int region;

	lockdep_assert_held(&systally_target_lock);
	for_each_set_bit(region, set->regions, TARGET_REGIONS)
		memset(set->listed_bits + region * REGION_WORDS, 0,
		       REGION_WORDS * sizeof(long));
}

bool target_set_match(struct target_set *set, unsigned int tgid, bool matches)
{
	bool was = test_bit(tgid, set->bits);

	lockdep_assert_held(&systally_target_lock);
	matches |= is_listed(set, tgid);
	if (matches == was)
		return false;
	if (matches)
		set_target(set, tgid);
	else
		clear_target(set, tgid);
	return true;
}

struct rules *target_set_rule(struct target_set *set, struct rules *rules,
			      unsigned long *listed_bits)
{
	struct rules *old = rcu_dereference_protected(set->rules, true);
	unsigned int region;

	raw_spin_lock(&systally_target_lock);
	if (listed_bits) {
		/* All targets of a set without rules are listed. */
		for_each_set_bit(region, set->regions, TARGET_REGIONS)
			memcpy(listed_bits + region * REGION_WORDS,
			       set->bits + region * REGION_WORDS,
			       REGION_WORDS * sizeof(long));
		set->listed_bits = listed_bits;
	}
	rcu_assign_pointer(set->rules, rules);
	raw_spin_unlock(&systally_target_lock);
	return old;
}

void target_set_drop_rules(struct target_set *set)
{
	struct rules *rules = rcu_dereference_protected(set->rules, true);
	unsigned long *listed = set->listed_bits;

	if (!listed)
		return;
	raw_spin_lock(&systally_target_lock);
	RCU_INIT_POINTER(set->rules, NULL);
	set->listed_bits = NULL;
	raw_spin_unlock(&systally_target_lock);
	synchronize_rcu();
	rules_free(rules);
	systally_memory_free(listed, TARGET_SET_BYTES);
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

/* Makes the handlers' bitmaps anew, region by region. Without the lock. */
static void update_all(void)
{
	unsigned int region, word, k;

	for (region = 0; region < TARGET_REGIONS; region++) {
		word = region * REGION_WORDS;
		raw_spin_lock(&systally_target_lock);
		for (k = 0; k < REGION_WORDS; k++)
			update_word(word + k);
		raw_spin_unlock(&systally_target_lock);
		cond_resched();
	}
}

bool systally_target_traces_all(void)
{
	const struct target_set *set;
	unsigned int i;

	for (i = 0; i < TABLE_SESSIONS; i++) {
		set = READ_ONCE(sets[i]);
		if (set && READ_ONCE(set->all) &&
		    (READ_ONCE(traced_part) == TARGETS_OF_ALL ||
		     (READ_ONCE(traced_part) == TARGETS_TIMED &&
		      READ_ONCE(set->timed))))
			return true;
	}
	return false;
}

bool systally_target_divided(void)
{
	return traced_part == TARGETS_TIMED;
}

static void set_moving(bool is)
{
	raw_spin_lock(&systally_target_lock);
	moving = is;
	raw_spin_unlock(&systally_target_lock);
}

void systally_target_begin_move(void)
{
	set_moving(true);
}

void systally_target_end_move(void)
{
	set_moving(false);
	update_all();
}

void systally_target_divide(enum target_part traced, enum target_part direct)
{
	if (traced == traced_part && direct == direct_part)
		return;
	raw_spin_lock(&systally_target_lock);
	WRITE_ONCE(traced_part, traced);
	direct_part = direct;
	raw_spin_unlock(&systally_target_lock);
	update_all();
}

void target_set_time(struct target_set *set, bool timed)
{
	if (set->timed == timed)
		return;
	raw_spin_lock(&systally_target_lock);
	WRITE_ONCE(set->timed, timed);
	raw_spin_unlock(&systally_target_lock);
	update_all();
}

int systally_target_compare(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * A set is no longer `all`. From here on, forks and exits change its bits. The
 * handlers' bitmaps have too many bits until they are made anew.
 */
static void end_all(struct target_set *set)
{
	raw_spin_lock(&systally_target_lock);
	/* After the bits. Pairs with the acquires in target_set_has(), is_target(). */
	smp_store_release(&set->all, false);
	raw_spin_unlock(&systally_target_lock);
	update_all();
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
	raw_spin_unlock(&systally_target_lock);
	/* No fork or exit changes a bit of the set now, and after this no handler
	 * tests one.
	 */
	synchronize_rcu();
	bitmap_zero(set->bits, PID_MAX_LIMIT);
	bitmap_zero(set->regions, TARGET_REGIONS);
	set->targets = 0;
	update_all();
}

unsigned int target_set_next(const struct target_set *set, unsigned int tgid)
{
	return find_next_bit(set->bits, PID_MAX_LIMIT, tgid);
}

/* Whether a process has a bit that means something; any context, without the lock */
static bool is_target(const struct target_set *set, unsigned int tgid)
{
	return set && !smp_load_acquire(&set->all) && test_bit(tgid, set->bits);
}

bool systally_target_ruled(void)
{
	const struct target_set *set;
	unsigned int i;

	for (i = 0; i < TABLE_SESSIONS; i++) {
		set = READ_ONCE(sets[i]);
		if (set && rcu_access_pointer(set->rules))
			return true;
	}
	return false;
}

static bool set_matches(const struct target_set *set,
			const struct rules_subject *subject)
{
	return rules_match(rcu_dereference_sched(set->rules), subject);
}

bool systally_target_matched(unsigned int tgid,
			     const struct rules_subject *subject)
{
	struct target_set *set;
	bool changed = false;
	unsigned int i;

	raw_spin_lock(&systally_target_lock);
	for_each_set(i, set)
	{
		if (!set->all && set->listed_bits)
			changed |= target_set_match(set, tgid,
						    set_matches(set, subject));
	}
	raw_spin_unlock(&systally_target_lock);
	return changed;
}

/* Makes a child a target of the sessions whose rules it matches. */
static void match_child(const struct task_struct *child)
{
	struct rules_subject subject;
	struct target_set *set;
	unsigned int i;

	rcu_read_lock();
	subject = rules_subject(child);
	raw_spin_lock(&systally_target_lock);
	for_each_set(i, set)
	{
		if (!set->all && set->listed_bits)
			target_set_match(set, child->tgid,
					 set_matches(set, &subject));
	}
	update_exactly(child->tgid);
	raw_spin_unlock(&systally_target_lock);
	rcu_read_unlock();
}

static void follow(unsigned int parent, unsigned int child)
{
	const struct target_set *first;
	struct target_set *set;
	unsigned int i;

	if (!systally_target_has(parent))
		return;
	for (i = 0; i < TABLE_SESSIONS; i++) {
		first = READ_ONCE(sets[i]);
		if (is_target(first, parent) && READ_ONCE(first->follow))
			break;
	}
	if (i == TABLE_SESSIONS)
		return;
	raw_spin_lock(&systally_target_lock);
	for_each_set(i,
		     set) if (is_target(set, parent) && READ_ONCE(set->follow))
		target_set_add(set, child);
	update_exactly(child);
	raw_spin_unlock(&systally_target_lock);
}

void systally_target_forked(unsigned int parent,
			    const struct task_struct *child)
{
	follow(parent, child->tgid);
	if (systally_target_ruled())
		match_child(child);
}

bool systally_target_exited(unsigned int tgid)
{
	struct target_set *set;
	bool emptied = false;
	unsigned int i;

	for (i = 0; i < TABLE_SESSIONS; i++)
		if (is_target(READ_ONCE(sets[i]), tgid))
			break;
	/* If a control adds it after this, add() in target.c removes it. */
	if (i == TABLE_SESSIONS)
		return false;
	raw_spin_lock(&systally_target_lock);
	for_each_set(i, set)
	{
		if (!is_target(set, tgid))
			continue;
		target_set_remove(set, tgid);
		emptied |= !target_set_any(set);
	}
	update_exactly(tgid);
	raw_spin_unlock(&systally_target_lock);
	return emptied;
}
