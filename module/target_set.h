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

/* Whether a process's calls are counted. Any context. */
static __always_inline bool systally_target_has(u32 tgid)
{
	return test_bit(tgid, systally_target_bits);
}

/* Whether the targets are `all`; any context. */
bool systally_target_is_all(void);

/* systally_target_any - whether anyone is watched; any context */
bool systally_target_any(void);

/* systally_target_count - number of processes in the list; any context */
unsigned int systally_target_count(void);

/* systally_target_next - the first target >= @tgid, or PID_MAX_LIMIT */
unsigned int systally_target_next(unsigned int tgid);

/*
 * Orders the removal of targets by a control and the adding of children.
 * Raw, because forks take it with preemption off. Never taken from irq.
 */
extern raw_spinlock_t systally_target_lock;

/* systally_target_add - add a process, if it is not there; not while it is all */
void systally_target_add(unsigned int tgid);

/*
 * systally_target_remove - remove a process, if it is there; not while it is all
 *
 * Returns true if that was the last one.
 */
bool systally_target_remove(unsigned int tgid);

/* systally_target_fill - make it all; under the control mutex; sleeps */
void systally_target_fill(void);

/*
 * systally_target_keep - remove all but some, which are counted without a gap
 * @kept: sorted
 *
 * Process context, under the control mutex.
 */
void systally_target_keep(const unsigned int *kept, unsigned int count);

/* systally_target_compare - order of tgids, for sort() */
int systally_target_compare(const void *a, const void *b);

#endif /* SYSTALLY_TARGET_SET_H */
