/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selective tracing: as long as there is no other tracer, only targets pass
 * sys_enter and sys_exit.
 *
 * The entry code calls these tracepoints only for tasks that have a flag
 * (SYSCALL_WORK_SYSCALL_TRACEPOINT, kernel/entry/common.c;
 * compat/task_flag.h). The kernel sets it on every task with the first handler,
 * and clears it on every task with the last (syscall_regfunc() and
 * syscall_unregfunc() in kernel/tracepoint.c). A fork copies it. The kernel
 * does not touch it in between, so this file can clear it on bystanders. It has
 * to set it again before another tracer registers a handler, since that tracer
 * would miss their calls.
 */
#ifndef SYSTALLY_SELECTIVE_H
#define SYSTALLY_SELECTIVE_H

#include <linux/jump_label.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

/*
 * Whether bystanders may pass the tracepoints: not while tracing is selective,
 * nor while the tracepoints count all processes. A hint for handlers, which are right with
 * either value as long as no other hook counts some processes, which have rows
 * then: while it is false, they leave out the test that is faster than a look-up
 * of the row. It may stay false for a second after another tracer has registered.
 * Written under selective.c's mutex.
 */
DECLARE_STATIC_KEY_TRUE(systally_bystanders_key);

/*
 * systally_selective_init - arm the guard; at load; process context, sleeps
 *
 * If the guard cannot be armed, every task keeps the flag, and `status` says
 * why. The module loads all the same.
 */
void systally_selective_init(void);

/*
 * systally_selective_loaded - settle the guard, before the first targets are
 * set; at the end of a load that cannot fail any more; process context
 */
void systally_selective_loaded(void);

/*
 * systally_selective_want - set whether only targets should have the flag
 * @why_not: a few words why not; NULL if they should
 *
 * Process context, sleeps; under the control mutex. If @why_not is NULL, a
 * handler of ours must be on one of the tracepoints. On return only targets
 * have the flag, unless another tracer is there or the guard is blind, as it is
 * in its first moments. In these cases it is tried again five times a second.
 */
void systally_selective_want(const char *why_not);

/*
 * systally_selective_divide - say whether other hooks count processes beside the
 * tracepoint, now or soon. While they do, systally_bystanders_key is true.
 *
 * Process context, sleeps; under the control mutex.
 */
void systally_selective_divide(bool divided);

/*
 * systally_selective_release - set the flag on every task and leave it to the
 * kernel; before our last handler is unregistered
 *
 * Process context, sleeps; under the control mutex.
 */
void systally_selective_release(void);

/*
 * systally_selective_forked - set or clear the flag of a new task, or of a
 * thread that has taken its leader's id
 *
 * In the sched_process_fork handler, preemption off, before the child runs; or
 * in the sched_process_exec handler, for current.
 */
void systally_selective_forked(struct task_struct *child);

/*
 * systally_selective_update - set or clear the flag of all threads of a process
 *
 * After the process became a target, or ceased to be one. Any context but irq
 * and handlers of kprobes that may be hit in this file; under rcu_read_lock().
 */
void systally_selective_update(struct task_struct *leader);

/*
 * systally_selective_update_all - the same for all processes; process context,
 * sleeps
 */
void systally_selective_update_all(void);

/*
 * systally_selective_on - whether only targets have the flag now; any context
 */
bool systally_selective_on(void);

/*
 * systally_selective_show - print `yes`, or `no` and why, for `status`
 *
 * Process context, sleeps.
 */
void systally_selective_show(struct seq_file *seq);

/*
 * systally_selective_exit - disarm the guard; at unload, after
 * systally_selective_release(); process context, sleeps
 */
void systally_selective_exit(void);

/*
 * The module's parameter `selective`: false keeps the flag on every task.
 * Written at load only.
 */
extern bool systally_selective_allowed;

#endif /* SYSTALLY_SELECTIVE_H */
