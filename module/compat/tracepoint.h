/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels for tracepoints and their handlers.
 */
#ifndef SYSTALLY_COMPAT_TRACEPOINT_H
#define SYSTALLY_COMPAT_TRACEPOINT_H

#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/rcupdate_trace.h> /* needs srcu.h, from 7.0 on */
#include <linux/tracepoint.h>
#include <linux/version.h>
#ifdef CONFIG_CGROUPS
#include <trace/events/cgroup.h>
#endif
#include <trace/events/sched.h>

/*
 * compat_handler_begin, compat_handler_end - preemption off between them, in a
 * handler
 *
 * Before 6.13 the tracepoint turns it off itself (__DO_TRACE in
 * include/linux/tracepoint.h). From then on handlers of sys_enter and sys_exit
 * can be preempted, and on 7.x other handlers, too.
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
static __always_inline void compat_handler_begin(void)
{
}
static __always_inline void compat_handler_end(void)
{
}
#endif

/* From 6.16 on, sched_process_exit has one more argument. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define COMPAT_PROCESS_EXIT_ARGS , bool group_dead
#else
#define COMPAT_PROCESS_EXIT_ARGS
#endif

/*
 * compat_tracepoint_synchronize - wait for all handlers that are running
 *
 * Process context, sleeps; after handlers were unregistered. The module's
 * handlers run with preemption off, so it is enough to wait for an RCU grace
 * period. Up to 6.x the kernel's function does that; on 7.x it may not.
 */
static inline void compat_tracepoint_synchronize(void)
{
	tracepoint_synchronize_unregister();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	synchronize_rcu();
#endif
}

/*
 * compat_tracepoint_funcs_lock, compat_tracepoint_funcs_unlock - keep a
 * tracepoint's array of handlers from being freed
 *
 * Any context but NMI; no sleeping between them. Freeing waits for RCU-sched
 * (and SRCU). From 6.13 on, freeing the arrays of sys_enter and sys_exit, whose
 * handlers may sleep, waits for RCU-tasks-trace only (release_probes() in
 * kernel/tracepoint.c).
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
 * COMPAT_TRACEPOINT_REGISTRARS - all functions that register a handler
 *
 * The last one came with 5.13.2 and 5.10.50.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 2) ||       \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 50) && \
	 LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0))
#define COMPAT_TRACEPOINT_REGISTRARS                                   \
	"tracepoint_probe_register", "tracepoint_probe_register_prio", \
		"tracepoint_probe_register_prio_may_exist"
#else
#define COMPAT_TRACEPOINT_REGISTRARS \
	"tracepoint_probe_register", "tracepoint_probe_register_prio"
#endif

#endif /* SYSTALLY_COMPAT_TRACEPOINT_H */
