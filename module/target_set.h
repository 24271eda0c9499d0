/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets of targets: one for each session, a bitmap of tgids and whether it
 * stands for all processes; and their union, which the hooks' handlers test.
 *
 * Concurrency: a session's set is changed under the control mutex by the
 * session's control `targets`, and by the fork and exit handlers. Whatever
 * changes a bit that has a meaning takes systally_target_lock, so a union's bit
 * is set when the same bit of a set is, and no child is added after its parent
 * was removed. Bits are tested without a lock, in any context.
 *
 * While a set is `all`, forks and exits change none of its bits, which mean
 * nothing. While any set is `all`, every bit of the union is set.
 */
#ifndef SYSTALLY_TARGET_SET_H
#define SYSTALLY_TARGET_SET_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/threads.h>
#include <linux/types.h>

/* The union. Not allocated: a handler finds it without loading a pointer. */
extern unsigned long systally_target_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];

/*
 * A bit for each 4,096 ids: whether any of them was made a target since the last
 * time that all others were removed. So that does not have to look at all ids.
 */
#define TARGET_REGION_SHIFT 12
#define TARGET_REGIONS	    DIV_ROUND_UP(PID_MAX_LIMIT, 1 << TARGET_REGION_SHIFT)

struct target_set {
	unsigned long *bits; /* PID_MAX_LIMIT; NULL if there is no session */
	bool all;	     /* written under the control mutex */
	bool follow; /* children of targets become targets; written under the
		      * control mutex
		      */
	unsigned int listed; /* targets; under systally_target_lock */
	DECLARE_BITMAP(regions, TARGET_REGIONS); /* under that lock */
};

/* Bytes of a set's bits */
#define TARGET_SET_BYTES (BITS_TO_LONGS(PID_MAX_LIMIT) * sizeof(long))

/*
 * systally_target_has - whether a process is a target of any session; any
 * context
 */
static __always_inline bool systally_target_has(unsigned long tgid)
{
	return test_bit(tgid, systally_target_bits);
}

/* target_set_has - whether it is one of this session; any context */
static __always_inline bool target_set_has(const struct target_set *set,
					   unsigned long tgid)
{
	/* A set that ceases to be `all` has its bits by then: end_all(). */
	return smp_load_acquire(&set->all) || test_bit(tgid, set->bits);
}

/* target_set_any - whether the set is not empty; any context */
static inline bool target_set_any(const struct target_set *set)
{
	return READ_ONCE(set->all) || READ_ONCE(set->listed);
}

/*
 * systally_target_join - let a set be a part of the union
 * systally_target_part - end that
 * @set: empty
 *
 * Process context, under the control mutex.
 */
void systally_target_join(struct target_set *set);
void systally_target_part(struct target_set *set);

/* systally_target_is_all - whether any session's targets are `all`; any context */
bool systally_target_is_all(void);

/* systally_target_any - whether any session has a target; any context */
bool systally_target_any(void);

/* Raw, because fork and exit handlers take it with preemption off. Never taken
 * from irq.
 */
extern raw_spinlock_t systally_target_lock;

/*
 * target_set_add - make a process a target of the session
 * target_set_remove - make it none
 *
 * Any context, under systally_target_lock; not while the set is `all`.
 */
void target_set_add(struct target_set *set, unsigned int tgid);
void target_set_remove(struct target_set *set, unsigned int tgid);

/*
 * target_set_next - the first target >= @tgid, or PID_MAX_LIMIT
 *
 * Process context. Not while the set is `all`.
 */
unsigned int target_set_next(const struct target_set *set, unsigned int tgid);

/*
 * target_set_fill - set the session's targets to `all`
 *
 * Process context, under the control mutex; sleeps.
 */
void target_set_fill(struct target_set *set);

/*
 * target_set_keep - remove all targets of the session but those in @kept
 * @kept: sorted by systally_target_compare()
 *
 * Those in @kept that are targets stay so all the time. If the set was `all`,
 * exactly @kept are targets afterwards. Process context, under the control
 * mutex; sleeps.
 */
void target_set_keep(struct target_set *set, const unsigned int *kept,
		     unsigned int count);

/* systally_target_compare - the order of two tgids, for sort(); any context */
int systally_target_compare(const void *a, const void *b);

/*
 * systally_target_forked - make a child a target of the sessions that have its
 * parent and follow
 * systally_target_exited - remove a process from all sets; returns true if one of
 * them is empty now
 *
 * In the handlers of fork and exit, preemption off.
 */
void systally_target_forked(unsigned int parent, unsigned int child);
bool systally_target_exited(unsigned int tgid);

#endif /* SYSTALLY_TARGET_SET_H */
