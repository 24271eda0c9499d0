/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who passes sys_enter and sys_exit at all: as long as nobody else listens
 * there, the targets only. Used by choice.c, hook_tracepoint.c, target.c and
 * lifecycle.c.
 *
 * The entry code looks at these tracepoints only for tasks that carry a flag
 * (SYSCALL_WORK_SYSCALL_TRACEPOINT, kernel/entry/common.c). The kernel gives
 * it to every task with the first handler and takes it from all with the last
 * (syscall_regfunc() and syscall_unregfunc() in kernel/tracepoint.c); a fork
 * copies the creator's. In between nobody looks after it, so that we can take
 * it from those who are no targets: and have to give it back before another
 * tracer, who would not see them, has registered a handler.
 */
#ifndef SYSTALLY_SELECTIVE_H
#define SYSTALLY_SELECTIVE_H

#include <linux/sched.h>
#include <linux/seq_file.h>

/*
 * systally_selective_init - at load; process context, sleeps
 *
 * If the guard cannot be armed, the flag stays with everybody, and status says
 * why: no reason not to load.
 */
void systally_selective_init(void);

/*
 * systally_selective_want - whether only targets should carry the flag
 * @why_not: a few words; NULL if they should
 *
 * Process context, sleeps; under the control mutex, with a handler of ours on
 * one of the tracepoints if they should. They do on return, unless another
 * tracer is there, or the guard is blind, as it is in its first second: that is
 * looked at again every second.
 */
void systally_selective_want(const char *why_not);

/*
 * systally_selective_release - before our last handler leaves the tracepoints:
 * every task has the flag, and it is the kernel's business again
 *
 * Process context, sleeps; under the control mutex.
 */
void systally_selective_release(void);

/*
 * systally_selective_forked - a new task gets what befits it
 *
 * In the sched_process_fork handler: the child has not run yet.
 */
void systally_selective_forked(struct task_struct *child);

/*
 * systally_selective_update - all threads of a process that has become a
 * target, or is one no more; under RCU
 */
void systally_selective_update(struct task_struct *leader);

/* The same for all processes; process context */
void systally_selective_update_all(void);

/* Whether only targets carry the flag now; any context */
bool systally_selective_on(void);

/* "yes", or "no" and why, for status; process context */
void systally_selective_show(struct seq_file *seq);

/* At unload, after systally_selective_release(), or init alone; process context, sleeps */
void systally_selective_exit(void);

/* The module's parameter of this name: 0 forbids it all. */
extern bool systally_selective_allowed;

#endif /* SYSTALLY_SELECTIVE_H */
