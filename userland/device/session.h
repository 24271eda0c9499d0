/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A time in which one command owns the module's controls: they are changed
 * under a lock, and put back as they were.
 */
#ifndef SYSTALLY_SESSION_H
#define SYSTALLY_SESSION_H

#include "device/control.h"
#include "calls/names.h"
#include "calls/set.h"

#define SYSTALLY_SESSION_CHANGES	8

struct systally_session {
	const struct systally_control *control;
	int lock;	/* -1: not begun */
	size_t changes;
	struct {
		const char *file;
		char *before;
	} change[SYSTALLY_SESSION_CHANGES];
};

/* What a session that has not begun, or has ended, looks like. */
#define SYSTALLY_SESSION_NONE	{ .lock = -1 }

/*
 * Takes the lock. Returns 0, or -1 with @error when another systally has it:
 * then @error names its pid if that is to be known.
 */
int systally_session_begin(struct systally_session *session,
			   const struct systally_control *control,
			   struct systally_error *error);

/*
 * Sets a control for the time of the session; does nothing if it already is
 * @value. Returns 0, or -errno with @error.
 */
int systally_session_set(struct systally_session *session, const char *file,
			 const char *value, struct systally_error *error);

/*
 * Sets the controls that what was asked for needs: collect, threads, and the
 * filter if it fits and the kernel knows all of it; rows are filtered again
 * when shown. Call it while nothing is counted. Returns 0, or -1 with @error.
 */
int systally_session_prepare(struct systally_session *session,
			     unsigned int collect, bool threads,
			     const struct systally_set *set,
			     struct systally_error *error);

/*
 * Puts all controls back, the last one changed first, and gives up the lock.
 * Goes on over failures; returns 0, or -1 with @error for the first of them.
 * Does nothing for a session that has not begun.
 */
int systally_session_end(struct systally_session *session,
			 struct systally_error *error);

#endif /* SYSTALLY_SESSION_H */
