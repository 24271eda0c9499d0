/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoint handlers on kernels from 5.10 on.
 */
#ifndef SYSTALLY_COMPAT_TRACEPOINT_H
#define SYSTALLY_COMPAT_TRACEPOINT_H

#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/rcupdate_trace.h>	/* needs srcu.h, from 7.0 on */
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <trace/events/sched.h>

/*
 * Preemption off in a handler. Before 6.13 the tracepoint itself sees to it
 * (__DO_TRACE in include/linux/tracepoint.h); from then on the sys_* ones can
 * be preempted.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
static __always_inline void compat_handler_begin(void)
{
	preempt_disable_notrace();
}

static __always_inline void compat_handler_end(void)
{
	preempt_enable_notrace();
}
#else
static __always_inline void compat_handler_begin(void) { }
static __always_inline void compat_handler_end(void) { }
#endif

/* sched_process_exit tells from 6.16 on whether it is the last thread. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define COMPAT_PROCESS_EXIT_ARGS	, bool group_dead
#else
#define COMPAT_PROCESS_EXIT_ARGS
#endif

/* Never called: compiles only if that is what the kernel's own header says. */
static inline void compat_process_exit_check(void)
{
	void (*handler)(void *data,
			struct task_struct *task COMPAT_PROCESS_EXIT_ARGS);

	handler = NULL;
	check_trace_callback_type_sched_process_exit(handler);
}

/*
 * All handlers that ran before an unregistration have ended. They run with
 * preemption off, so an RCU grace period covers them. Up to 6.x the kernel's
 * function waits for one, besides what tracepoints need themselves; on 7.x it
 * may not.
 */
static inline void compat_tracepoint_synchronize(void)
{
	tracepoint_synchronize_unregister();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	synchronize_rcu();
#endif
}

/*
 * Between these, a tracepoint's array of handlers is not freed: that waits for
 * RCU-sched (and SRCU), and from 6.13 on for that of system calls, which may
 * sleep, only for RCU-tasks-trace (release_probes() in kernel/tracepoint.c).
 */
static inline void compat_tracepoint_funcs_lock(void)
{
	preempt_disable();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	rcu_read_lock_trace();
#endif
}

static inline void compat_tracepoint_funcs_unlock(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	rcu_read_unlock_trace();
#endif
	preempt_enable();
}

/*
 * All functions by which a handler comes to a tracepoint; and one that takes
 * tracepoints_mutex and does nothing, for a handler that is registered already.
 * What it needs came with 5.13.2, and to 5.10 with 5.10.50: older kernels do
 * without.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 2) ||			\
	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 50) &&		\
	 LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0))
#define COMPAT_TRACEPOINT_REGISTRARS					\
	"tracepoint_probe_register", "tracepoint_probe_register_prio",	\
	"tracepoint_probe_register_prio_may_exist"

static inline void compat_tracepoint_pass(struct tracepoint *tp, void *handler)
{
	tracepoint_probe_register_may_exist(tp, handler, NULL);
}
#else
#define COMPAT_TRACEPOINT_REGISTRARS					\
	"tracepoint_probe_register", "tracepoint_probe_register_prio"

static inline void compat_tracepoint_pass(struct tracepoint *tp, void *handler)
{
}
#endif

#endif /* SYSTALLY_COMPAT_TRACEPOINT_H */
