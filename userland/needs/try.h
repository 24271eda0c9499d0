/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tries each feature by itself: stubs it, fakes it, and gives a verdict.
 */
#ifndef SYSTALLY_NEEDS_TRY_H
#define SYSTALLY_NEEDS_TRY_H

#include "needs/replicas.h"

enum systally_needs_verdict {
	SYSTALLY_NEEDS_REQUIRED,  /* fails stubbed and faked */
	SYSTALLY_NEEDS_FLAKY,	  /* results differ between replicas */
	SYSTALLY_NEEDS_FAKEABLE,  /* passes only faked */
	SYSTALLY_NEEDS_STUBBABLE, /* passes only stubbed */
	SYSTALLY_NEEDS_EITHER,	  /* passes stubbed and faked */
	SYSTALLY_NEEDS_UNTRIED,	  /* no filter can change it */
	SYSTALLY_NEEDS_VERDICTS,
};

/* A feature and the results of its runs. */
struct systally_tried {
	struct systally_feature feature;
	struct systally_replicas ways[SYSTALLY_WAYS];
	struct systally_replicas beside; /* untouched, at about that time */
	enum systally_needs_verdict verdict;
};

/*
 * Tries the features of @tried; its other members are zero. Returns 0, or with
 * @error an exit status. In both cases the caller calls systally_tried_free().
 */
int systally_try_features(struct systally_repeater *repeater,
			  struct systally_tried *tried, size_t count,
			  struct systally_error *error);
void systally_tried_free(struct systally_tried *tried, size_t count);

/* Returns `required`, `stub`, ... */
const char *systally_needs_verdict_name(enum systally_needs_verdict verdict);

/*
 * Writes why @tried failed: `stub: timeout; fake passed 2 of 3: TEST failed (1)`.
 * Or why it was not tried. Empty if all runs passed.
 */
void systally_tried_why(const struct systally_tried *tried, char text[160]);

#endif /* SYSTALLY_NEEDS_TRY_H */
