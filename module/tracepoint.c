// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and uses tracepoints that are not exported.
 */
#include <linux/binfmts.h>
#include <linux/string.h>

#include "tracepoint.h"

static const char *const names[TRACEPOINTS] = {
	[TRACEPOINT_SYS_ENTER] = "sys_enter",
	[TRACEPOINT_SYS_EXIT] = "sys_exit",
	[TRACEPOINT_PROCESS_FORK] = "sched_process_fork",
	[TRACEPOINT_PROCESS_EXEC] = "sched_process_exec",
	[TRACEPOINT_PROCESS_EXIT] = "sched_process_exit",
	[TRACEPOINT_CGROUP_ATTACH] = "cgroup_attach_task",
};

/* Written once, at load; read in any context. */
static struct tracepoint *found[TRACEPOINTS];

/*
 * Our handlers. Written before a handler is registered for the first time, read
 * in any context.
 */
static void *ours[TRACEPOINTS];

static void match(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < TRACEPOINTS; i++)
		if (!strcmp(tp->name, names[i]))
			found[i] = tp;
}

int systally_tracepoint_init(void)
{
	unsigned int i;

	for_each_kernel_tracepoint(match, NULL);
	for (i = 0; i < TRACEPOINTS; i++) {
		if (!found[i] && i != TRACEPOINT_CGROUP_ATTACH) {
			pr_err("this kernel has no tracepoint %s: the module cannot work on it\n",
			       names[i]);
			return -ENOENT;
		}
	}
	return 0;
}

int systally_tracepoint_register(enum tracepoint_id id, void *handler)
{
	if (!found[id])
		return -ENOENT;
	WRITE_ONCE(ours[id], handler);
	return tracepoint_probe_register(found[id], handler, NULL);
}

void systally_tracepoint_unregister(enum tracepoint_id id, void *handler)
{
	tracepoint_probe_unregister(found[id], handler, NULL);
}

void systally_tracepoint_synchronize(void)
{
	compat_tracepoint_synchronize();
}

static void do_nothing(void *data, struct task_struct *task, pid_t old_tid,
		       struct linux_binprm *bprm)
{
}

void systally_tracepoint_pass(void)
{
	struct tracepoint *tp = found[TRACEPOINT_PROCESS_EXEC];

	check_trace_callback_type_sched_process_exec(do_nothing);
	if (tracepoint_probe_register(tp, do_nothing, NULL))
		return; /* no memory: the mutex was taken all the same */
	tracepoint_probe_unregister(tp, do_nothing, NULL);
	systally_tracepoint_synchronize();
}

/* Number of others' handlers on a tracepoint. Any context but NMI. */
static unsigned int foreign_on(enum tracepoint_id id)
{
	struct tracepoint_func *func;
	unsigned int foreign = 0;

	compat_tracepoint_funcs_lock();
	func = rcu_dereference_raw(found[id]->funcs);
	for (; func && func->func; func++)
		if (func->func != READ_ONCE(ours[id]))
			foreign++;
	compat_tracepoint_funcs_unlock();
	return foreign;
}

unsigned int systally_tracepoint_foreign(void)
{
	return foreign_on(TRACEPOINT_SYS_ENTER) +
	       foreign_on(TRACEPOINT_SYS_EXIT);
}

static bool is_foreign_to(enum tracepoint_id id, const struct tracepoint *tp,
			  const void *handler)
{
	return tp == found[id] && handler != READ_ONCE(ours[id]);
}

bool systally_tracepoint_is_foreign(const struct tracepoint *tp,
				    const void *handler)
{
	return is_foreign_to(TRACEPOINT_SYS_ENTER, tp, handler) ||
	       is_foreign_to(TRACEPOINT_SYS_EXIT, tp, handler);
}
