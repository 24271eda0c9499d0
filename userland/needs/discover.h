/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the calls that a command and its descendants make while it runs: by the
 * module's counters, by seccomp notifications, or by ptrace.
 */
#ifndef SYSTALLY_NEEDS_DISCOVER_H
#define SYSTALLY_NEEDS_DISCOVER_H

#include "base/request.h"
#include "device/session.h"
#include "needs/feature.h"
#include "needs/start.h"

struct systally_discovery {
	enum systally_needs_discover how; /* not AUTO */
	struct systally_used *used;	  /* gets the calls */
	int listener;  /* seccomp; -1: none, or all have ended */
	bool executed; /* ptrace: the first exec is done */
	struct systally_session session; /* module */
};

/* Returns `auto`, `module`, `seccomp` or `ptrace`. */
const char *systally_needs_discover_name(enum systally_needs_discover how);

/* Begins a discovery that adds the calls to @used. Cannot fail. */
void systally_discovery_init(struct systally_discovery *discovery,
			     enum systally_needs_discover how,
			     struct systally_used *used);

/*
 * Begins a session of the module, before the command starts. Returns 0, or -1 with
 * @error.
 */
int systally_discovery_take_module(struct systally_discovery *discovery,
				   struct systally_error *error);

/*
 * Begins to watch a command that waits at its gate. Returns 0, or -1 with
 * @error if the calls cannot be found this way here.
 */
int systally_discovery_attach(struct systally_discovery *discovery,
			      const struct systally_started *started,
			      struct systally_error *error);

/* Answers all waiting notifications. Call it when the listener is readable. */
void systally_discovery_serve(struct systally_discovery *discovery);

/* Counts the call of a process that ptrace has stopped, and continues it. */
void systally_discovery_stopped(struct systally_discovery *discovery, pid_t pid,
				int wait_status);

/*
 * Ends the discovery. Call it when the command has ended. Returns 0, or -1 with
 * @error if some calls may be missing.
 */
int systally_discovery_end(struct systally_discovery *discovery,
			   struct systally_error *error);

#endif /* SYSTALLY_NEEDS_DISCOVER_H */
