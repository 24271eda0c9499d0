/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is watched: everyone, or the processes in a bitmap of tgids.
 *
 * Concurrency: bits are set and cleared atomically, by control.c under its
 * mutex, and by the fork and exit handlers; the hooks' handlers only test
 * them. For `all` every bit is set, and forks and exits leave them alone.
 * A child is added, and any process removed by control.c, under a spinlock:
 * so a child is not added after its parent's removal.
 */
#ifndef SYSTALLY_TARGET_H
#define SYSTALLY_TARGET_H

#include <linux/bitops.h>
#include <linux/sched.h>
#include <linux/threads.h>

#include "parse.h"

extern unsigned long systally_target_bits[BITS_TO_LONGS(PID_MAX_LIMIT)];

/* Whether a process's calls are counted. Any context. */
static __always_inline bool systally_target_has(u32 tgid)
{
	return test_bit(tgid, systally_target_bits);
}

/* Whether the targets are `all`; any context. */
bool systally_target_is_all(void);

/*
 * systally_target_check - whether a request can be met, but for memory
 *
 * Process context. Returns as systally_target_apply() does.
 */
int systally_target_check(const struct targets_request *request);

/*
 * systally_target_apply - change the targets as asked, whole or not at all
 *
 * Process context, under the control mutex; sleeps. pids are looked up in
 * current's pid namespace, and any thread's id stands for its process.
 * Returns 0, -ESRCH if a pid is nobody's, -EINVAL for removing from `all`,
 * or -ENOMEM.
 */
int systally_target_apply(const struct targets_request *request);

/* systally_target_any - whether anyone is watched; any context */
bool systally_target_any(void);

/* systally_target_count - number of processes in the list; any context */
unsigned int systally_target_count(void);

/* systally_target_next - the first target >= @tgid, or PID_MAX_LIMIT */
unsigned int systally_target_next(unsigned int tgid);

/* Whether children of targets become targets. Written under the control mutex,
 * read by the fork handler.
 */
extern bool systally_target_follow;

/* systally_target_forked - in the sched_process_fork handler */
void systally_target_forked(const struct task_struct *parent,
			    const struct task_struct *child);

/*
 * systally_target_exited - in the sched_process_exit handler, when the last
 * thread of a process exits. Returns true if it was the last target.
 */
bool systally_target_exited(const struct task_struct *task);

#endif /* SYSTALLY_TARGET_H */
