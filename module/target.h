/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who becomes a target, and who no longer is: by the control `targets`, by
 * fork, and by exit.
 */
#ifndef SYSTALLY_TARGET_H
#define SYSTALLY_TARGET_H

#include <linux/sched.h>
#include <linux/types.h>

#include "parse.h"

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
