/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds out which calls a command and its descendants make while it runs: by
 * the module's counters, by seccomp's notifications, or by ptrace.
 */
#ifndef SYSTALLY_NEEDS_DISCOVER_H
#define SYSTALLY_NEEDS_DISCOVER_H

#include "device/control.h"
#include "needs/feature.h"
#include "base/request.h"
#include "needs/start.h"
#include "device/session.h"

struct systally_discovery {
	enum systally_needs_discover how;	/* not AUTO */
	struct systally_used *used;
	int listener;		/* by seccomp; -1: none, or all have ended */
	pid_t main;		/* by ptrace */
	bool executed;		/* by ptrace: past the first exec */
	struct systally_control control;	/* by the module */
	struct systally_session session;
};

/* Returns `auto`, `module`, `seccomp` or `ptrace`. */
const char *systally_needs_discover_name(enum systally_needs_discover how);

/* Begins; what is found is added to @used. Cannot fail. */
void systally_discovery_init(struct systally_discovery *discovery,
			     enum systally_needs_discover how,
			     struct systally_used *used);

/*
 * Is the module there, and free to be used? Takes its controls if so. Returns
 * 0, or -1 with @error.
 */
int systally_discovery_take_module(struct systally_discovery *discovery,
				   struct systally_error *error);

/*
 * Watches a command that waits at its gate. Returns 0, or -1 with @error when
 * this way of watching does not work here.
 */
int systally_discovery_attach(struct systally_discovery *discovery,
			      const struct systally_started *started,
			      struct systally_error *error);

/* Answers the notifications that wait. Call it when the listener is ready. */
void systally_discovery_serve(struct systally_discovery *discovery);

/* Lets a process that ptrace has stopped go on, and notes its call. */
void systally_discovery_stopped(struct systally_discovery *discovery,
				pid_t pid, int wait_status);

/*
 * Ends it, after the command has ended. Returns 0, or -1 with @error when
 * what was found is not complete.
 */
int systally_discovery_end(struct systally_discovery *discovery,
			   struct systally_error *error);

/* Returns `auto`, `module`, `seccomp` or `ptrace`. */
const char *systally_needs_discover_name(enum systally_needs_discover how);

#endif /* SYSTALLY_NEEDS_DISCOVER_H */
