/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all runs of a command share: its words, its descendants, time limits.
 */
#ifndef SYSTALLY_NEEDS_RUNNER_H
#define SYSTALLY_NEEDS_RUNNER_H

#include "base/request.h"
#include "needs/child.h"
#include "needs/outcome.h"
#include "needs/tree.h"

/* All times and limits of a run are in nanoseconds. */
#define SYSTALLY_MS 1000000ULL
#define SYSTALLY_S  (1000 * SYSTALLY_MS)

struct systally_runner {
	const struct systally_request *request;
	const struct systally_signals *signals;
	struct systally_launchpad pad;
	struct systally_tree tree;
	uint64_t limit_ns[SYSTALLY_PHASES]; /* if there is no --timeout */
	bool noted; /* the note on a long run was written */
};

/*
 * Prepares for the command of @request. Until systally_runner_limit() the
 * limits are wide. Returns 0, or -1 with @error: there is no such command.
 */
int systally_runner_init(struct systally_runner *runner,
			 const struct systally_request *request,
			 const struct systally_signals *signals,
			 struct systally_error *error);
void systally_runner_free(struct systally_runner *runner);

/* Sets the limits of later runs from the times of @count untouched runs. */
void systally_runner_limit(struct systally_runner *runner,
			   const struct systally_outcome *untouched,
			   size_t count);

#endif /* SYSTALLY_NEEDS_RUNNER_H */
