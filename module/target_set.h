/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets of targets: one for each session, a bitmap of tgids and whether it
 * stands for all processes; and what the hooks' handlers test, made from them: the
 * processes that the tracepoints count, and those that the hooks in the calls'
 * functions count.
 *
 * Concurrency: a session's set is changed under the control mutex by the
 * session's control `targets`, and by the fork and exit handlers. Whatever
 * changes a bit that has a meaning takes systally_target_lock, so the handlers'
 * bits follow the sets', and no child is added after its parent was removed. Bits
 * are tested without a lock, in any context.
 *
 * While a set is `all`, forks and exits change none of its bits, which mean
 * nothing.
 */
#ifndef SYSTALLY_TARGET_SET_H
#define SYSTALLY_TARGET_SET_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/threads.h>
#include <linux/types.h>

/*
 * The processes that the tracepoints count and see the exits of; those that the
 * direct hooks and kprobes count. Not allocated: a handler finds them without
 * loading a pointer.
 */
extern unsigned long systally_traced_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];
extern unsigned long systally_direct_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];

/* Which targets are in such a bitmap */
enum target_part {
	TARGETS_NO,	/* none */
	TARGETS_OF_ALL, /* of any session */
	TARGETS_TIMED,	/* of a session that keeps times */
	TARGETS_REST,	/* of other sessions only */
};

/*
 * A bit for each 4,096 ids: whether any of them was made a target since the last
 * time that all others were removed. So that does not have to look at all ids.
 */
#define TARGET_REGION_SHIFT 12
#define TARGET_REGIONS	    DIV_ROUND_UP(PID_MAX_LIMIT, 1 << TARGET_REGION_SHIFT)

/*
 * A process is a target because it is listed, by a control or as the child of a
 * target, or because it matches a rule. Without rules, all targets are listed.
 */
struct target_set {
	unsigned long *bits; /* PID_MAX_LIMIT; NULL if there is no session */
	unsigned long *listed_bits; /* the same, of the listed ones; NULL while
				     * there are no rules. Written under the
				     * lock, while not NULL.
				     */
	struct rules __rcu
		*rules; /* or NULL; written under the control mutex */
	bool all;	/* written under the control mutex */
	bool timed;  /* the session keeps times; under systally_target_lock */
	bool follow; /* children of targets become targets; written under the
		      * control mutex
		      */
	unsigned int
		targets; /* bits that are set; under systally_target_lock */
	DECLARE_BITMAP(regions, TARGET_REGIONS); /* under that lock */
};

/* Bytes of a set's bits */
#define TARGET_SET_BYTES (BITS_TO_LONGS(PID_MAX_LIMIT) * sizeof(long))

/*
 * systally_target_traced - whether the tracepoints count a process
 * systally_target_direct - whether the hooks in the calls' functions do
 * systally_target_has - whether either does: it is a target of any session
 *
 * Any context.
 */
static __always_inline bool systally_target_traced(unsigned long tgid)
{
	return test_bit(tgid, systally_traced_bits);
}

static __always_inline bool systally_target_direct(unsigned long tgid)
{
	return test_bit(tgid, systally_direct_bits);
}

static __always_inline bool systally_target_has(unsigned long tgid)
{
	return systally_target_traced(tgid) || systally_target_direct(tgid);
}

/* target_set_has - whether it is one of this session; any context */
static __always_inline bool target_set_has(const struct target_set *set,
					   unsigned long tgid)
{
	/* A set that ceases to be `all` has its bits by then: end_all(). */
	return smp_load_acquire(&set->all) || test_bit(tgid, set->bits);
}

/*
 * target_set_any - whether the set is not empty, or has rules by which it may get
 * targets; any context
 */
static inline bool target_set_any(const struct target_set *set)
{
	return READ_ONCE(set->all) || READ_ONCE(set->targets) ||
	       rcu_access_pointer(set->rules);
}

/*
 * systally_target_join - let a set have targets
 * systally_target_part - end that
 * @set: empty
 *
 * Process context, under the control mutex.
 */
void systally_target_join(struct target_set *set);
void systally_target_part(struct target_set *set);

/*
 * systally_target_traces_all - whether the tracepoints count all processes; any
 * context
 */
bool systally_target_traces_all(void);

/*
 * systally_target_divide - say which targets are in which bitmap
 *
 * Process context, under the control mutex; sleeps.
 */
void systally_target_divide(enum target_part traced, enum target_part direct);

/*
 * systally_target_divided - whether the tracepoints count timed targets only; under
 * the control mutex
 */
bool systally_target_divided(void);

/*
 * systally_target_begin_move - clear no bits, so that processes which go from one
 * bitmap to the other are in both; systally_target_end_move - clear them
 *
 * As above.
 */
void systally_target_begin_move(void);
void systally_target_end_move(void);

/*
 * target_set_time - say whether a set's session keeps times; as above
 */
void target_set_time(struct target_set *set, bool timed);

/* systally_target_any - whether any session has a target; any context */
bool systally_target_any(void);

/* Raw, because fork and exit handlers take it with preemption off. Never taken
 * from irq.
 */
extern raw_spinlock_t systally_target_lock;

/*
 * target_set_add - list a process: it is a target of the session
 * target_set_remove - make it none, listed or not
 * target_set_unlist - list it no more; while there are rules, it stays a target
 * target_set_unlist_all - do that for all processes, where there are rules
 * target_set_match - make it a target if it matches a rule or is listed, else make it
 * none; returns whether that is a change
 *
 * Any context, under systally_target_lock; not while the set is `all`.
 */
void target_set_add(struct target_set *set, unsigned int tgid);
void target_set_remove(struct target_set *set, unsigned int tgid);
void target_set_unlist(struct target_set *set, unsigned int tgid);
void target_set_unlist_all(struct target_set *set);
bool target_set_match(struct target_set *set, unsigned int tgid, bool matches);

/*
 * target_set_rule - replace the rules
 * @rules: may be NULL; then target_set_drop_rules() has to follow
 * @listed_bits: zeroed bits of TARGET_SET_BYTES if the set has none; else NULL
 *
 * Processes that are targets stay so until target_set_match(). Returns the old rules,
 * which handlers may use until a grace period has passed. Process context, under the
 * control mutex.
 */
struct rules *target_set_rule(struct target_set *set, struct rules *rules,
			      unsigned long *listed_bits);

/*
 * target_set_drop_rules - free the rules, if there are any, and the list beside them:
 * all targets are listed from now on; process context, under the control mutex;
 * sleeps
 */
void target_set_drop_rules(struct target_set *set);

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
 * parent and follow, and of those whose rules it matches
 * systally_target_exited - remove a process from all sets; returns true if one of
 * them is empty now
 *
 * In the handlers of fork and exit, preemption off.
 */
void systally_target_forked(unsigned int parent,
			    const struct task_struct *child);
bool systally_target_exited(unsigned int tgid);

/* Whether any session has rules; any context */
bool systally_target_ruled(void);

/*
 * systally_target_matched - make a process a target of the sessions whose rules it
 * matches now, and of no other one where it is not listed; returns whether anything
 * has changed
 *
 * In handlers, preemption off.
 */
struct rules_subject;
bool systally_target_matched(unsigned int tgid,
			     const struct rules_subject *subject);

#endif /* SYSTALLY_TARGET_SET_H */
