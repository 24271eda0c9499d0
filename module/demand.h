/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all sessions that count want together: the hooks, the filter, and the keys
 * of the handlers follow it.
 *
 * All functions but systally_demand_exit() run in process context under the control
 * mutex, and sleep.
 */
#ifndef SYSTALLY_DEMAND_H
#define SYSTALLY_DEMAND_H

#include "session.h"

/*
 * The settings that are for all sessions: the controls `enabled`, and `hook` (enum
 * hook_word). Written under the control mutex.
 */
extern unsigned int systally_demand_enabled;
extern unsigned int systally_demand_hook;

/*
 * systally_demand_start - let a session have targets
 * @all: whether it is to count every process
 *
 * Gives it its bit, and hooks what it wants before it has a target. Returns 0,
 * -EUSERS if too many sessions have targets, -ENOMEM, or the error of a hook.
 * After an error, systally_demand_end_idle() undoes what was done.
 */
int __must_check systally_demand_start(struct session *session, bool all);

/*
 * systally_demand_changed - hook what the sessions want, after a change of a
 * session's settings
 *
 * If the session does not count, also finds out whether what it wants is possible
 * while no other session counts. Returns 0 or an error; then the caller takes the
 * change back, and calls this again.
 */
int systally_demand_changed(const struct session *session);

/*
 * systally_demand_calls - the same, for calls that the session is about to count
 * @calls: NULL for all
 */
int systally_demand_calls(const struct session *session,
			  const struct syscall_set *calls);

/*
 * systally_demand_end_idle - take the bits of sessions without targets, and remove
 * the hooks that are no longer wanted
 *
 * Returns 0 or the error of a hook.
 */
int systally_demand_end_idle(void);

/* systally_demand_set_keys - set the handlers' keys to the sessions' levels */
void systally_demand_set_keys(void);

/*
 * systally_demand_close - remove all hooks for good, at unload
 * systally_demand_exit - wait for work that was under way; without the mutex
 */
void systally_demand_close(void);
void systally_demand_exit(void);

#endif /* SYSTALLY_DEMAND_H */
