// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers on the scheduler's tracepoints for fork, exec and exit. They update
 * the targets, the tasks' flags, the slots and the last comms. They run with
 * preemption off: at exec and exit in the context of that task, at fork in the
 * parent's, before the child runs.
 */
#include <linux/binfmts.h>
#include <linux/sched/signal.h>

#include "inflight.h"
#include "lifecycle.h"
#include "selective.h"
#include "tally_rows.h"
#include "target_set.h"
#include "tracepoint.h"

/* Both are written under the control mutex, while no handler is registered. */
static bool started;
static void (*on_idle)(void);

static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	compat_handler_begin();
	/* A new thread belongs to a process that is a target or not. */
	if (child->pid == child->tgid)
		systally_target_forked(parent->tgid, child->tgid);
	systally_selective_forked(child);
	systally_inflight_forked(child->pid);
	compat_handler_end();
}

static void on_exec(void *data, struct task_struct *task, pid_t old_tid,
		    struct linux_binprm *bprm)
{
	compat_handler_begin();
	/* A walk over all ids may have missed it. */
	if (old_tid != task->pid)
		systally_selective_forked(task);
	systally_inflight_execed(old_tid);
	compat_handler_end();
}

static void on_exit(void *data,
		    struct task_struct *task COMPAT_PROCESS_EXIT_ARGS)
{
	bool last;

	compat_handler_begin();
	/* do_exit() has decremented it for this thread already. */
	last = !atomic_read(&task->signal->live);
	if (systally_target_has(task->tgid))
		systally_tally_exited(task, last);
	systally_inflight_exited(task->pid);
	if (last && systally_target_has(task->tgid)) {
		bool idle = systally_target_exited(task->tgid);

		systally_selective_update(task->group_leader);
		if (idle)
			on_idle();
	}
	compat_handler_end();
}

static const struct {
	enum tracepoint_id id;
	void *handler;
} handlers[] = {
	{ TRACEPOINT_PROCESS_FORK, on_fork },
	{ TRACEPOINT_PROCESS_EXEC, on_exec },
	{ TRACEPOINT_PROCESS_EXIT, on_exit },
};

static void unregister(unsigned int count)
{
	while (count--)
		systally_tracepoint_unregister(handlers[count].id,
					       handlers[count].handler);
	systally_tracepoint_synchronize();
}

int systally_lifecycle_start(void (*idle)(void))
{
	unsigned int i;
	int err;

	/* Compile only if the kernel calls them with these arguments. */
	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_sched_process_exec(on_exec);
	check_trace_callback_type_sched_process_exit(on_exit);

	if (started)
		return 0;
	on_idle = idle;
	for (i = 0; i < ARRAY_SIZE(handlers); i++) {
		err = systally_tracepoint_register(handlers[i].id,
						   handlers[i].handler);
		if (err) {
			unregister(i);
			return err;
		}
	}
	systally_inflight_forks_seen();
	started = true;
	return 0;
}

void systally_lifecycle_stop(void)
{
	if (!started)
		return;
	unregister(ARRAY_SIZE(handlers));
	started = false;
}
