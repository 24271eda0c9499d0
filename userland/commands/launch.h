/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts one command from its exec to its end: what `run` and `record` share.
 */
#ifndef SYSTALLY_LAUNCH_H
#define SYSTALLY_LAUNCH_H

#include <stdio.h>

#include "base/request.h"
#include "calls/set.h"
#include "device/snapshot.h"

/* What was counted. Valid during one call of systally_launched_function. */
struct systally_launched {
	const struct systally_snapshot *snapshot;
	uint64_t missed;      /* hits that kprobes missed while counting */
	uint64_t duration_ns; /* from the command's exec to the end */
	int status;	      /* the command's; -1: it has not ended yet */
	FILE *out;	      /* where -o says (`-`: standard output), else
				 * standard error
				 */
};

/*
 * Writes what was counted. Called once, after counting has ended and the controls
 * are restored. Returns 0, or -1 with @error.
 */
typedef int systally_launched_function(void *context,
				       const struct systally_launched *launched,
				       struct systally_error *error);

/*
 * Runs the command of @request, counts the calls of @set, and calls @write with
 * @context and the result. The controls are restored in any case. Returns the
 * command's exit status, 126 or 127 if it could not be started, or 1 with
 * @error.
 */
int systally_launch(const struct systally_request *request,
		    const struct systally_set *set,
		    systally_launched_function *write, void *context,
		    struct systally_error *error);

#endif /* SYSTALLY_LAUNCH_H */
