/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tries each feature by itself: stubbed and faked.
 */
#ifndef SYSTALLY_NEEDS_TRY_H
#define SYSTALLY_NEEDS_TRY_H

#include "needs/replicas.h"

enum systally_needs_verdict {
	SYSTALLY_NEEDS_REQUIRED, /* it works with neither */
	SYSTALLY_NEEDS_FLAKY,	 /* now so, now so */
	SYSTALLY_NEEDS_FAKEABLE,
	SYSTALLY_NEEDS_STUBBABLE,
	SYSTALLY_NEEDS_EITHER,	/* stub or fake */
	SYSTALLY_NEEDS_UNTRIED, /* no filter can be made for it here */
	SYSTALLY_NEEDS_VERDICTS,
};

/* What came out for one feature. */
struct systally_tried {
	struct systally_feature feature;
	struct systally_replicas ways[SYSTALLY_WAYS];
	struct systally_replicas beside; /* untouched, at about that time */
	enum systally_needs_verdict verdict;
};

/*
 * Tries the features of @tried, all of which are zeroed but for that. Returns
 * 0, or with @error an exit status. In both cases the caller calls
 * systally_tried_free().
 */
int systally_try_features(struct systally_repeater *repeater,
			  struct systally_tried *tried, size_t count,
			  struct systally_error *error);
void systally_tried_free(struct systally_tried *tried, size_t count);

/* Returns `required`, `stub`, ... */
const char *systally_needs_verdict_name(enum systally_needs_verdict verdict);

/*
 * Writes why @tried does not go, or does not always: `stub: timeout; fake
 * passed 2 of 3: TEST failed (1)`. Empty if both ways always pass.
 */
void systally_tried_why(const struct systally_tried *tried, char text[160]);

#endif /* SYSTALLY_NEEDS_TRY_H */
