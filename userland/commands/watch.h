/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes `top` shows and `record` keeps: those that are counted already,
 * or its own.
 */
#ifndef SYSTALLY_WATCH_H
#define SYSTALLY_WATCH_H

#include "base/request.h"
#include "device/session.h"
#include "device/snapshot.h"

struct systally_watch {
	const struct systally_control *control;
	struct systally_session session;
	bool own;	 /* there were no targets before */
	uint32_t *added; /* targets to remove when the watch ends */
	size_t added_count;
	bool filter;   /* others are counted too: show those of -p only */
	int ends;      /* can be read when a process of -p ends; -1: none */
	size_t alive;  /* processes of -p that have not ended */
	char what[64]; /* for the title */
	struct systally_snapshot before; /* see systally_watch_before() */
};

/* A watch that has not begun, or has ended. */
#define SYSTALLY_WATCH_NONE { .session = SYSTALLY_SESSION_NONE, .ends = -1 }

/*
 * Makes the module count what @request asks for. If there are no targets, all
 * processes or those of -p become targets until the watch ends, and the counters
 * are reset. If there are
 * targets, those of -p are added, and without -p nothing changes.
 * Outside of the initial pid namespace, processes of -p cannot be told from
 * others that are counted, and this fails.
 * Returns 0, or -1 with @error; the caller ends the watch in both cases.
 */
int systally_watch_begin(struct systally_watch *watch,
			 const struct systally_control *control,
			 const struct systally_request *request,
			 const struct systally_set *set,
			 struct systally_error *error);

/*
 * Gives away, in @before, what was counted before the first call that the watch
 * is about: what is counted later, less this, is all that it saw. Once, after
 * systally_watch_begin() has succeeded.
 */
void systally_watch_before(struct systally_watch *watch,
			   struct systally_snapshot *before);

/*
 * Returns true if -p was given and nothing is left to watch: its processes have
 * ended and, unless others are counted as well, so has what they started. Call
 * it when watch->ends can be read, and once in an interval.
 */
bool systally_watch_over(struct systally_watch *watch);

/* Restores what the watch changed. Returns 0, or -1 with @error. */
int systally_watch_end(struct systally_watch *watch,
		       struct systally_error *error);

#endif /* SYSTALLY_WATCH_H */
