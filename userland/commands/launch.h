/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One command, counted from its exec to its end: what run and record share.
 */
#ifndef SYSTALLY_LAUNCH_H
#define SYSTALLY_LAUNCH_H

#include <stdio.h>

#include "base/request.h"
#include "calls/set.h"
#include "device/snapshot.h"

/* What was counted. Borrowed, for the time of one call. */
struct systally_launched {
	const struct systally_snapshot *snapshot;
	uint64_t missed;	/* hits of kprobes meanwhile */
	int status;		/* the command's; -1: it has not ended yet */
	FILE *out;		/* where -o says (`-`: standard output), else
				 * standard error
				 */
};

/*
 * Called once, when the counting has ended and the controls are as they were.
 * Returns 0, or -1 with @error.
 */
typedef int systally_launched_function(void *context,
				       const struct systally_launched *launched,
				       struct systally_error *error);

/*
 * Runs and counts the command of @options, with the calls of @set, and has
 * @write write what was counted; @context is for @write. The controls are put
 * back in any case. Returns the command's status, 126 or 127 if it could not
 * be started, or 1 with @error.
 */
int systally_launch(const struct systally_request *request,
		    const struct systally_set *set,
		    systally_launched_function *write, void *context,
		    struct systally_error *error);

#endif /* SYSTALLY_LAUNCH_H */
