/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The outcome of one run of the command.
 */
#ifndef SYSTALLY_NEEDS_OUTCOME_H
#define SYSTALLY_NEEDS_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "needs/tree.h"

/*
 * Why a run has no outcome. These are also exit statuses of `systally needs`,
 * except for the third.
 */
#define SYSTALLY_NEEDS_TROUBLE	   1 /* any other error */
#define SYSTALLY_NEEDS_UNFIT	   2 /* the command or TEST is unusable */
#define SYSTALLY_NEEDS_NO_FILTER   3 /* filter or discovery fail here */
#define SYSTALLY_NEEDS_INTERRUPTED 130

/* The phases of a run. Each has its time limit. */
enum systally_phase {
	SYSTALLY_PHASE_WORK, /* until the command ends, or is ready */
	SYSTALLY_PHASE_TEST,
	SYSTALLY_PHASE_BENCH,
	SYSTALLY_PHASES,
};

struct systally_outcome {
	bool passed;
	char why[48];	    /* it failed: `timeout`, `TEST failed (1)`... */
	char said[160];	    /* the last line that was written then */
	bool benched;	    /* @performance is set */
	double performance; /* what BENCH printed */
	struct systally_peak peak;
	uint64_t phase_ns[SYSTALLY_PHASES];
};

#endif /* SYSTALLY_NEEDS_OUTCOME_H */
