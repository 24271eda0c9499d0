/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes of the targets: by the control `targets`, by fork and by exit.
 * target_set.h has the set.
 */
#ifndef SYSTALLY_TARGET_H
#define SYSTALLY_TARGET_H

#include <linux/sched.h>
#include <linux/types.h>

#include "parse.h"

/*
 * systally_target_check - whether systally_target_apply() can succeed
 *
 * Process context, under the control mutex; sleeps. Returns what
 * systally_target_apply() would, which may still fail for want of memory.
 */
int systally_target_check(const struct targets_request *request);

/*
 * systally_target_apply - change the targets as asked, whole or not at all
 *
 * Process context, under the control mutex; sleeps. pids are looked up in
 * current's pid namespace, and any thread's id stands for its process.
 * Returns 0, -ESRCH if a pid is of no process, -EINVAL if a process is removed
 * while the targets are `all`, or -ENOMEM.
 */
int systally_target_apply(const struct targets_request *request);

/*
 * Whether children of targets become targets. Written under the control mutex,
 * read by the fork handler.
 */
extern bool systally_target_follow;

/*
 * systally_target_forked - make the child of a target a target, with `follow`
 *
 * In the sched_process_fork handler, preemption off.
 */
void systally_target_forked(const struct task_struct *parent,
			    const struct task_struct *child);

/*
 * systally_target_exited - remove a process whose last thread exits
 * @task: that thread
 *
 * In the sched_process_exit handler, preemption off. Returns true if it was the
 * last target.
 */
bool systally_target_exited(const struct task_struct *task);

#endif /* SYSTALLY_TARGET_H */
