/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's tracepoints, which are not exported by name.
 */
#ifndef SYSTALLY_TRACEPOINT_H
#define SYSTALLY_TRACEPOINT_H

#include "compat/tracepoint.h"

enum tracepoint_id {
	TRACEPOINT_SYS_ENTER,
	TRACEPOINT_SYS_EXIT,
	TRACEPOINT_PROCESS_FORK,
	TRACEPOINT_PROCESS_EXEC,
	TRACEPOINT_PROCESS_EXIT,
	TRACEPOINT_CGROUP_ATTACH, /* not every kernel has it */
	TRACEPOINTS,
};

/*
 * systally_tracepoint_init - find all tracepoints; process context, at load
 *
 * Returns 0, or -ENOENT if the kernel has not all of them; the kernel log says
 * which is missing.
 */
int __must_check systally_tracepoint_init(void);

/*
 * systally_tracepoint_register - call @handler from now on
 * @handler: must be the same for each registration of an @id
 *
 * Process context, sleeps. Returns 0, the error of tracepoint_probe_register(), or
 * -ENOENT if the kernel does not have it.
 */
int __must_check systally_tracepoint_register(enum tracepoint_id id,
					      void *handler);

/*
 * systally_tracepoint_unregister - no longer call @handler
 *
 * Process context, sleeps. Handlers may still run until the next
 * systally_tracepoint_synchronize(). It can fail only without memory on old
 * kernels. They keep an empty handler in place then, so a caller has nothing to
 * do.
 */
void systally_tracepoint_unregister(enum tracepoint_id id, void *handler);

/*
 * systally_tracepoint_pass - wait for a registration that is in progress
 *
 * Process context, sleeps: takes tracepoints_mutex (kernel/tracepoint.c), which
 * has no other function for that than the registration of a handler. That one
 * does nothing, and is removed at once.
 */
void systally_tracepoint_pass(void);

/*
 * systally_tracepoint_synchronize - wait for all handlers that are running
 *
 * Process context, sleeps.
 */
void systally_tracepoint_synchronize(void);

/*
 * systally_tracepoint_foreign - number of other tracers' handlers on sys_enter
 * and sys_exit together
 *
 * Any context but NMI.
 */
unsigned int systally_tracepoint_foreign(void);

/*
 * systally_tracepoint_is_foreign - whether a handler for sys_enter or sys_exit
 * is not ours
 *
 * Any context. False for all other tracepoints.
 */
bool systally_tracepoint_is_foreign(const struct tracepoint *tp,
				    const void *handler);

#endif /* SYSTALLY_TRACEPOINT_H */
