/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: the time in which one command owns the module's controls. It
 * changes them under a lock, and restores them at its end. If the command is
 * killed, its guardian restores them.
 */
#ifndef SYSTALLY_SESSION_H
#define SYSTALLY_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "calls/set.h"
#include "device/control.h"
#include "device/guardian.h"
#include "functions/functions.h"

#define SYSTALLY_SESSION_CHANGES 8

struct systally_session {
	const struct systally_control *control;
	int lock; /* the open file that has the lock; -1: not begun */
	struct systally_guardian guardian; /* from the first change on */
	size_t changes;
	struct {
		const char *file;
		char *before;
	} change[SYSTALLY_SESSION_CHANGES];
};

/* What a command needs the module to collect. */
struct systally_session_wants {
	enum systally_collect collect;
	bool threads; /* rows per thread */
	const struct systally_set *calls;
	const struct systally_functions *functions; /* none: as they are */
};

/* A session that has not begun, or has ended. */
#define SYSTALLY_SESSION_NONE { .lock = -1, .guardian = SYSTALLY_GUARDIAN_NONE }

/*
 * Takes the lock. Returns 0, or -1 with @error. If another systally holds the
 * lock, @error names its pid, as far as /proc/locks shows it.
 */
int systally_session_begin(struct systally_session *session,
			   const struct systally_control *control,
			   struct systally_error *error);

/*
 * Sets the control @file to @value until the session ends; does nothing if it
 * has this value. Keeps @file, which must be static. Returns 0, or -errno with
 * @error: -E2BIG for a value that is too long to be restored.
 */
int systally_session_set(struct systally_session *session, const char *file,
			 const char *value, struct systally_error *error);

/*
 * If this process is killed before the session ends, @undo is written to the
 * control @file. Call it before @file is changed by other means than
 * systally_session_set(); to undo that at the end is up to the caller. Returns 0,
 * or -1 with @error.
 */
int systally_session_note(struct systally_session *session, const char *file,
			  const char *undo, struct systally_error *error);

/*
 * Sets collect, threads, syscalls and functions for @wants. syscalls becomes `all` if the
 * calls do not fit in one write, or if the kernel does not know all of them:
 * the caller has to filter the rows too. Call it while there are no
 * targets. Returns 0, or -1 with @error.
 */
int systally_session_prepare(struct systally_session *session,
			     const struct systally_session_wants *wants,
			     struct systally_error *error);

/*
 * Restores all controls, the last one changed first, and releases the lock.
 * Continues after a failure. Returns 0, or -1 with @error for the first one.
 * Does nothing for a session that has not begun.
 */
int systally_session_end(struct systally_session *session,
			 struct systally_error *error);

#endif /* SYSTALLY_SESSION_H */
