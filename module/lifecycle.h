/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be done at each fork, exec and exit.
 */
#ifndef SYSTALLY_LIFECYCLE_H
#define SYSTALLY_LIFECYCLE_H

/*
 * systally_lifecycle_init - register the handlers
 *
 * Process context, sleeps. Returns 0, or the error of
 * tracepoint_probe_register(); then no handler is registered.
 */
int __must_check systally_lifecycle_init(void);

/*
 * systally_lifecycle_exit - unregister them
 *
 * Process context, sleeps. Returns when no handler is running.
 */
void systally_lifecycle_exit(void);

#endif /* SYSTALLY_LIFECYCLE_H */
