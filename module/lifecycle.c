// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers on the scheduler's tracepoints for fork, exec and exit. They update
 * the targets, the tasks' flags, the slots and the last comms. They run with
 * preemption off: at exec and exit in the context of that task, at fork in the
 * parent's, before the child runs.
 */
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>

#include "facts.h"
#include "inflight.h"
#include "lifecycle.h"
#include "rules.h"
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
		systally_target_forked(parent->tgid, child);
	systally_selective_forked(child);
	systally_inflight_forked(child->pid);
	compat_handler_end();
}

/*
 * A process has other facts now: its rows are closed if it is a target, and rules may
 * make it one, or none. Preemption off, not in irq.
 * @subject: the facts of now, or those that it is about to get
 */
static void changed(struct task_struct *leader,
		    const struct rules_subject *subject)
{
	bool was = systally_target_has(leader->tgid);

	if (was)
		systally_facts_changed(leader, subject->uid);
	if (!systally_target_ruled())
		return;
	if (!systally_target_traced(leader->tgid))
		systally_inflight_clear(leader);
	if (!systally_target_matched(leader->tgid, subject))
		return;
	/* Rows that are there have the sessions of before. */
	if (was)
		systally_facts_close(leader);
	systally_selective_update(leader);
	if (systally_inflight_running())
		systally_inflight_request(leader->pid);
}

/* The task is in another control group now; under the kernel's cgroup_mutex. */
static void on_attach(void *data, struct cgroup *group, const char *path,
		      struct task_struct *task, bool threadgroup)
{
	struct rules_subject subject;

	compat_handler_begin();
	rcu_read_lock();
	if (thread_group_leader(task)) {
		subject = rules_subject(task);
		changed(task, &subject);
	}
	rcu_read_unlock();
	compat_handler_end();
}

/*
 * commit_creds() begins, for current: it replaces the credentials by new ones, its
 * argument (kernel/cred.c). setuid() and the like call it, and exec.
 */
static int on_creds(struct kprobe *kp, struct pt_regs *regs)
{
	const struct cred *new =
		(const struct cred *)regs_get_kernel_argument(regs, 0);
	struct rules_subject subject;

	if (!thread_group_leader(current))
		return 0;
	rcu_read_lock();
	subject = rules_subject(current);
	if (!uid_eq(new->euid, __task_cred(current)->euid)) {
		subject.uid = from_kuid(&init_user_ns, new->euid);
		changed(current, &subject);
	}
	rcu_read_unlock();
	return 0;
}

static struct kprobe creds_probe;
static bool attach_seen, creds_seen;

/*
 * Sees changes of groups and users, as far as the kernel allows. Without that, rows
 * get the facts of when they are made.
 */
static void see_changes(void)
{
	creds_probe = (struct kprobe){ .symbol_name = "commit_creds",
				       .pre_handler = on_creds };
	creds_seen = !register_kprobe(&creds_probe);
#ifdef CONFIG_CGROUPS
	/* Compiles only if the kernel calls it with these arguments. */
	check_trace_callback_type_cgroup_attach_task(on_attach);
#endif
	attach_seen = !systally_tracepoint_register(TRACEPOINT_CGROUP_ATTACH,
						    on_attach);
}

static void ignore_changes(void)
{
	if (creds_seen)
		unregister_kprobe(&creds_probe);
	if (attach_seen)
		systally_tracepoint_unregister(TRACEPOINT_CGROUP_ATTACH,
					       on_attach);
	creds_seen = false;
	attach_seen = false;
}

static void on_exec(void *data, struct task_struct *task, pid_t old_tid,
		    struct linux_binprm *bprm)
{
	struct rules_subject subject;

	compat_handler_begin();
	/* A walk over all ids may have missed it. */
	if (old_tid != task->pid)
		systally_selective_forked(task);
	systally_inflight_execed(old_tid);
	if (systally_target_ruled()) {
		rcu_read_lock();
		subject = rules_subject(task);
		changed(task, &subject);
		rcu_read_unlock();
	}
	if (systally_target_has(task->tgid))
		systally_tally_execed(task);
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
	see_changes();
	systally_inflight_forks_seen();
	started = true;
	return 0;
}

void systally_lifecycle_stop(void)
{
	if (!started)
		return;
	ignore_changes();
	unregister(ARRAY_SIZE(handlers));
	started = false;
}
