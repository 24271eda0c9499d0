/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's tracepoints that are not exported by name. Used by
 * hook_tracepoint.c, lifecycle.c, guard.c and selective.c.
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
	TRACEPOINTS,
};

/*
 * systally_tracepoint_init - find them all; process context
 *
 * Returns 0, or -ENOENT (and says which) if the kernel was built without one.
 */
int __must_check systally_tracepoint_init(void);

/*
 * systally_tracepoint_register - call @handler from now on
 * @handler: always the same for one @id
 *
 * Process context, sleeps. Returns 0 or what tracepoint_probe_register() does.
 */
int __must_check systally_tracepoint_register(enum tracepoint_id id,
					      void *handler);

/*
 * systally_tracepoint_unregister - no longer call @handler
 *
 * Process context, sleeps. Calls may be under way until the next
 * systally_tracepoint_synchronize(). It can fail only for want of memory on
 * old kernels, which then keep an empty handler in place: nothing for a caller
 * to do.
 */
void systally_tracepoint_unregister(enum tracepoint_id id, void *handler);

/*
 * systally_tracepoint_pass - wait for who is registering a handler just now
 * @id: one on which ours is registered
 *
 * Process context, sleeps: takes tracepoints_mutex (kernel/tracepoint.c) once.
 */
void systally_tracepoint_pass(enum tracepoint_id id);

/* systally_tracepoint_synchronize - wait for all calls under way; sleeps */
void systally_tracepoint_synchronize(void);

/*
 * systally_tracepoint_foreign - number of others' handlers on sys_enter and
 * sys_exit together
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
