/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be done at each fork, exec and exit while there is a target. As
 * long as there is none, no handler is registered, so that nobody pays for one.
 */
#ifndef SYSTALLY_LIFECYCLE_H
#define SYSTALLY_LIFECYCLE_H

/*
 * systally_lifecycle_start - register the handlers, unless they are registered
 * @idle: called when the last target of a session has exited; in the handler at exit, with
 * preemption off
 *
 * Before the first process becomes a target. Process context, sleeps; under the
 * control mutex. Returns 0, or the error of tracepoint_probe_register(); then
 * no handler is registered.
 */
int __must_check systally_lifecycle_start(void (*idle)(void));

/*
 * systally_lifecycle_stop - unregister them, if they are registered
 *
 * When there is no target and no hook. Process context, sleeps; under the
 * control mutex. Returns when no handler is running.
 */
void systally_lifecycle_stop(void);

#endif /* SYSTALLY_LIFECYCLE_H */
