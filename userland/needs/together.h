/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubs and fakes at once all that may be, and finds what cannot go together.
 */
#ifndef SYSTALLY_NEEDS_TOGETHER_H
#define SYSTALLY_NEEDS_TOGETHER_H

#include "needs/try.h"

/* Candidates that may go one by one, but not at once. */
struct systally_conflict {
	size_t *members; /* their indices */
	size_t count;
	size_t changed; /* the one that was changed, so that it passes */
	bool other_way; /* its other way was enough; else it is left out */
};

/* A feature that may be stubbed or faked. */
struct systally_candidate {
	const struct systally_tried *tried;
	enum systally_way way;
};

struct systally_together {
	struct systally_candidate *candidates;
	bool *kept; /* of each, whether it still goes */
	size_t count;
	struct systally_replicas run; /* of those kept */
	struct systally_conflict *conflicts;
	size_t conflict_count;
};

/*
 * Runs at once what may go of @tried, and finds out what cannot. @together is
 * zeroed. Returns 0, or with @error an exit status. In both cases the caller
 * calls systally_together_free().
 */
int systally_together_run(struct systally_together *together,
			  struct systally_repeater *repeater,
			  const struct systally_tried *tried, size_t count,
			  struct systally_error *error);
void systally_together_free(struct systally_together *together);

#endif /* SYSTALLY_NEEDS_TOGETHER_H */
