/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session of the module: targets, calls and counters of its own for one
 * command. It ends when its file is closed. So nothing is left behind when this
 * process ends in any way.
 */
#ifndef SYSTALLY_SESSION_H
#define SYSTALLY_SESSION_H

#include <stdbool.h>

#include "base/error.h"
#include "calls/set.h"
#include "device/control.h"
#include "functions/functions.h"

struct systally_session {
	int file; /* the open file `new`; -1: not begun */
	struct systally_control control; /* the session's own files */
};

/* What a command needs the module to collect. */
struct systally_session_wants {
	enum systally_collect collect;
	bool threads; /* rows per thread */
	const struct systally_set *calls;
	const struct systally_functions *functions; /* NULL: none */
	bool follow; /* children of targets become targets */
};

/* A session that has not begun, or has ended. */
#define SYSTALLY_SESSION_NONE { .file = -1 }

/*
 * Begins a session of the module of @control. Fails if counting is switched off,
 * because nothing would be counted. Returns 0, or -1 with @error.
 */
int systally_session_begin(struct systally_session *session,
			   const struct systally_control *control,
			   struct systally_error *error);

/*
 * Sets collect, threads, syscalls, functions and follow for @wants. syscalls becomes `all` if the calls do not fit in one write, or if
 * the kernel does not know all of them: the caller has to filter the rows too.
 * Call it while there are no targets. Returns 0, or -1 with @error.
 */
int systally_session_prepare(const struct systally_session *session,
			     const struct systally_session_wants *wants,
			     struct systally_error *error);

/*
 * Ends it: its counters are gone. Does nothing for a session that has not begun.
 */
void systally_session_end(struct systally_session *session);

/*
 * Finds the files of the session with this name; `default` is the one that has
 * no end. Returns 0, or -1 with @error, which lists the names that there are.
 */
int systally_session_find(struct systally_control *session,
			  const struct systally_control *control,
			  const char *name, struct systally_error *error);

/*
 * Calls @see for each session but the default one, in the order of their names,
 * until it returns other than 0. Returns what it has returned, or -1 with @error.
 */
int systally_session_each(const struct systally_control *control,
			  int (*see)(const struct systally_control *session,
				     const char *name, void *context),
			  void *context, struct systally_error *error);

#endif /* SYSTALLY_SESSION_H */
