/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the command: started, tested, measured, and all of it ended.
 */
#ifndef SYSTALLY_NEEDS_RUN_H
#define SYSTALLY_NEEDS_RUN_H

#include "needs/discover.h"
#include "needs/filter.h"
#include "base/request.h"
#include "needs/start.h"
#include "needs/tree.h"

/* Exit statuses, which are also what a run that has no outcome returns. */
#define SYSTALLY_NEEDS_TROUBLE		1
#define SYSTALLY_NEEDS_UNFIT		2
#define SYSTALLY_NEEDS_NO_FILTER	3	/* of a run only */
#define SYSTALLY_NEEDS_INTERRUPTED	130

/* What a run consists of; each has its time limit. */
enum systally_phase {
	SYSTALLY_PHASE_WORK,	/* until it has ended, or is ready */
	SYSTALLY_PHASE_TEST,
	SYSTALLY_PHASE_BENCH,
	SYSTALLY_PHASES,
};

/* What came out of a run. */
struct systally_outcome {
	bool passed;
	char why[48];		/* if not: `timeout`, `TEST failed (1)`, ... */
	char said[160];		/* the last thing that was written then */
	bool benched;
	double performance;	/* what BENCH has printed */
	struct systally_peak peak;
	uint64_t phase_ns[SYSTALLY_PHASES];
};

/* What all runs share. */
struct systally_runner {
	const struct systally_needs_options *options;
	const struct systally_signals *signals;
	struct systally_launchpad pad;
	struct systally_tree tree;
	uint64_t limit_ns[SYSTALLY_PHASES];
	bool noted;		/* that it takes long */
};

/*
 * Makes it ready for untouched runs, whose limits are wide. Returns 0, or -1
 * with @error: there is no such command.
 */
int systally_runner_init(struct systally_runner *runner,
			 const struct systally_needs_options *options,
			 const struct systally_signals *signals,
			 struct systally_error *error);
void systally_runner_free(struct systally_runner *runner);

/* Takes the limits of later runs from what untouched runs have taken. */
void systally_runner_limit(struct systally_runner *runner,
			   const struct systally_outcome *untouched,
			   size_t count);

/*
 * Runs the command with @changes, and with @discovery (or NULL) finds out
 * what it calls. When it returns, nothing of it is left running. Returns 0
 * and the @outcome; or, with @error, SYSTALLY_NEEDS_TROUBLE,
 * SYSTALLY_NEEDS_UNFIT if the command cannot be started at all,
 * SYSTALLY_NEEDS_NO_FILTER if the kernel refuses the filter, or
 * SYSTALLY_NEEDS_INTERRUPTED.
 */
int systally_run_once(struct systally_runner *runner,
		      const struct systally_change_of *changes, size_t count,
		      struct systally_discovery *discovery,
		      struct systally_outcome *outcome,
		      struct systally_error *error);

#endif /* SYSTALLY_NEEDS_RUN_H */
