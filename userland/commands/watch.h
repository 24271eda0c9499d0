/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom top watches: what is being counted already, or what it asks for.
 */
#ifndef SYSTALLY_WATCH_H
#define SYSTALLY_WATCH_H

#include "cli/options.h"
#include "device/session.h"

struct systally_watch {
	const struct systally_control *control;
	struct systally_session session;
	bool own;		/* nobody else was counting */
	uint32_t *added;	/* targets that go when the watch ends */
	size_t added_count;
	bool filter;		/* show only -p's: others are counted too */
	char what[64];		/* for the title */
};

/* What a watch that has not begun, or has ended, looks like. */
#define SYSTALLY_WATCH_NONE	{ .session = SYSTALLY_SESSION_NONE }

/*
 * Makes sure that what @options ask for is counted: with no targets, sets all
 * processes or those of -p for the time of the watch; with targets that
 * others set, adds those of -p, or just looks on.
 * Returns 0, or -1 with @error; end it in both cases.
 */
int systally_watch_begin(struct systally_watch *watch,
			 const struct systally_control *control,
			 const struct systally_options *options,
			 const struct systally_set *set,
			 struct systally_error *error);

/* Takes back what it changed. Returns 0, or -1 with @error. */
int systally_watch_end(struct systally_watch *watch,
		       struct systally_error *error);

#endif /* SYSTALLY_WATCH_H */
