/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holds the outcomes of finished runs in memory, by key.
 */
#ifndef SYSTALLY_NEEDS_FINISHED_H
#define SYSTALLY_NEEDS_FINISHED_H

#include "needs/outcome.h"

/* All bytes zero: no runs. */
struct systally_finished {
	void *root; /* for tsearch(3) */
};

/*
 * Adds the run named @key; it replaces an earlier one of that name. Returns 0,
 * or -1 if there is no memory.
 */
int systally_finished_add(struct systally_finished *finished, const char *key,
			  const struct systally_outcome *outcome);

/*
 * Finds the run named @key. Returns true and its @outcome, or false if there
 * is none.
 */
bool systally_finished_find(const struct systally_finished *finished,
			    const char *key, struct systally_outcome *outcome);

void systally_finished_free(struct systally_finished *finished);

#endif /* SYSTALLY_NEEDS_FINISHED_H */
