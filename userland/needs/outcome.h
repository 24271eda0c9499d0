/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came out of one run of the command.
 */
#ifndef SYSTALLY_NEEDS_OUTCOME_H
#define SYSTALLY_NEEDS_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "needs/tree.h"

/* Exit statuses, which are also what a run that has no outcome returns. */
#define SYSTALLY_NEEDS_TROUBLE 1
#define SYSTALLY_NEEDS_UNFIT 2
#define SYSTALLY_NEEDS_NO_FILTER 3 /* of a run only */
#define SYSTALLY_NEEDS_INTERRUPTED 130

/* What a run consists of; each has its time limit. */
enum systally_phase {
	SYSTALLY_PHASE_WORK, /* until it has ended, or is ready */
	SYSTALLY_PHASE_TEST,
	SYSTALLY_PHASE_BENCH,
	SYSTALLY_PHASES,
};

/* What came out of a run. */
struct systally_outcome {
	bool passed;
	char why[48];	/* if not: `timeout`, `TEST failed (1)`, ... */
	char said[160]; /* the last thing that was written then */
	bool benched;
	double performance; /* what BENCH has printed */
	struct systally_peak peak;
	uint64_t phase_ns[SYSTALLY_PHASES];
};

#endif /* SYSTALLY_NEEDS_OUTCOME_H */
