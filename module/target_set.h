/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The set of targets: a bitmap of tgids, and whether it stands for all
 * processes.
 *
 * Concurrency: bits are set and cleared atomically, by writes to the control
 * `targets` under the control mutex, and by the fork and exit handlers. The
 * hooks' handlers only test them. While the targets are `all`, every bit is
 * set, and forks and exits change none. A child is added, and any process is
 * removed by a control, under systally_target_lock: so no child is added
 * after its parent was removed.
 */
#ifndef SYSTALLY_TARGET_SET_H
#define SYSTALLY_TARGET_SET_H

#include <linux/bitops.h>
#include <linux/spinlock.h>
#include <linux/threads.h>
#include <linux/types.h>

extern unsigned long systally_target_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];

/* systally_target_has - whether a process is a target; any context */
static __always_inline bool systally_target_has(unsigned long tgid)
{
	return test_bit(tgid, systally_target_bits);
}

/* systally_target_is_all - whether the targets are `all`; any context */
bool systally_target_is_all(void);

/* systally_target_any - whether there is a target; any context */
bool systally_target_any(void);

/*
 * systally_target_count - number of targets; any context
 *
 * Not for `all`.
 */
unsigned int systally_target_count(void);

/*
 * systally_target_next - the first target >= @tgid, or PID_MAX_LIMIT; any
 * context
 */
unsigned int systally_target_next(unsigned int tgid);

/*
 * Serialises the removal of targets by a control and the adding of children, so
 * that the child of a removed target is not added. Raw, because fork handlers
 * take it with preemption off. Never taken from irq.
 */
extern raw_spinlock_t systally_target_lock;

/*
 * systally_target_add - make a process a target
 *
 * Any context; not while the targets are `all`. A full barrier if it was none.
 */
void systally_target_add(unsigned int tgid);

/*
 * systally_target_remove - make a process a bystander
 *
 * Any context; not while the targets are `all`. Returns true if it was the last
 * target.
 */
bool systally_target_remove(unsigned int tgid);

/*
 * systally_target_fill - set the targets to `all`
 *
 * Process context, under the control mutex; sleeps.
 */
void systally_target_fill(void);

/*
 * systally_target_keep - remove all targets but those in @kept
 * @kept: sorted by systally_target_compare()
 *
 * Those in @kept that are targets stay so all the time. If the targets were
 * `all`, exactly @kept are targets afterwards. Process context, under the
 * control mutex.
 */
void systally_target_keep(const unsigned int *kept, unsigned int count);

/* systally_target_compare - the order of two tgids, for sort(); any context */
int systally_target_compare(const void *a, const void *b);

#endif /* SYSTALLY_TARGET_SET_H */
