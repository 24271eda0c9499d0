/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `top` shows and `record` keeps: the calls that a session of its own counts,
 * or those of a session that is there already.
 */
#ifndef SYSTALLY_WATCH_H
#define SYSTALLY_WATCH_H

#include "base/request.h"
#include "device/session.h"
#include "device/snapshot.h"
#include "base/notes.h"

struct systally_watch {
	struct systally_control control; /* of the session that it watches */
	struct systally_session session; /* if that is its own */
	bool own;			 /* it is its own */
	bool filter;	 /* others are counted too: show those of -p only */
	int ends;	 /* can be read when a process of -p ends; -1: none */
	size_t alive;	 /* processes of -p that have not ended */
	char what[64];	 /* for the title */
	const char *why; /* it is its own, though the default session has
			  * targets: what that session lacks; else NULL
			  */
	struct systally_snapshot before; /* see systally_watch_before() */
};

/* A watch that has not begun, or has ended. */
#define SYSTALLY_WATCH_NONE { .session = SYSTALLY_SESSION_NONE, .ends = -1 }

/*
 * Begins to watch what @request asks for. With --session, that is this session,
 * and of it the processes of -p. Otherwise, if the default session has targets and
 * keeps what is asked for, and neither -p nor -f is given, it is the default
 * session. In all other cases it is a session of its own: of all processes, or of
 * those of -p and what they start.
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

/* Returns true if it watches the session of another command, which has ended. */
bool systally_watch_gone(const struct systally_watch *watch);

/*
 * Returns what of @request a session does not keep, as the end of a sentence that
 * begins with its name; NULL if it keeps all of it.
 */
const char *systally_watch_lacks(const struct systally_control *session,
				 const struct systally_request *request);

/* Adds a note if all processes are watched, and not the default session. */
void systally_watch_note(const struct systally_watch *watch,
			 struct systally_notes *notes);

/* Ends the watch, and its own session. */
void systally_watch_end(struct systally_watch *watch);

#endif /* SYSTALLY_WATCH_H */
