/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubs and fakes all features at once that can be stubbed or faked one by one.
 * If that fails, it finds those that conflict.
 */
#ifndef SYSTALLY_NEEDS_TOGETHER_H
#define SYSTALLY_NEEDS_TOGETHER_H

#include "needs/try.h"

/* A feature that can be stubbed or faked. */
struct systally_candidate {
	const struct systally_tried *tried;
	enum systally_way way;
};

/* Candidates that pass one by one but fail at once. */
struct systally_conflict {
	size_t *members; /* their indices */
	size_t count;
	size_t changed; /* the one that was changed to resolve it: */
	bool other_way; /* it is used the other way, else left out */
};

struct systally_together {
	struct systally_candidate *candidates;
	bool *kept; /* by candidate: it is not left out */
	size_t count;
	struct systally_replicas run; /* with all that are kept */
	struct systally_conflict *conflicts;
	size_t conflict_count;
};

/*
 * Runs the command with all features of @tried that can be stubbed or faked, and
 * finds conflicts. @together is zeroed. Returns 0, or with @error an exit
 * status. In both cases the caller calls systally_together_free().
 */
int systally_together_run(struct systally_together *together,
			  struct systally_repeater *repeater,
			  const struct systally_tried *tried, size_t count,
			  struct systally_error *error);
void systally_together_free(struct systally_together *together);

#endif /* SYSTALLY_NEEDS_TOGETHER_H */
