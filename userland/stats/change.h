/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between two snapshots of different runs: groups of calls that
 * only one run has, or that it makes more or less often.
 */
#ifndef SYSTALLY_CHANGE_H
#define SYSTALLY_CHANGE_H

#include "stats/rank.h"
#include "base/threshold.h"

/*
 * One group before (a) and after (b). A side that does not have the group has
 * its key and zeros.
 */
struct systally_change {
	struct systally_group a, b;
	bool regression; /* grew beyond a threshold */
};

/* What to compare and how. Borrowed, nothing is changed or freed. */
struct systally_comparison {
	struct systally_by by;		/* no processes, threads or errors */
	enum systally_sort sort;	/* by how much it changed; or by name */
	bool latency;			/* a different time is a change, too */
	size_t limit;			/* changes to show, 0: all */
	const struct systally_set *set; /* calls to compare */
	const struct systally_threshold *threshold; /* of count, errors */
	const struct systally_threshold *time; /* of total_ns; NULL: none */
};

struct systally_changes {
	const struct systally_names *names; /* of the calls, borrowed */
	struct systally_by by;
	struct systally_change *list; /* @shown of them, largest first */
	size_t shown;
	struct systally_change rest; /* sum of those not shown */
	size_t rest_changes;
	struct systally_change total; /* of all calls, changed or not */
	size_t same;		      /* how many have not changed */
	size_t regressions;	      /* how many have grown too much */
	bool timed; /* both snapshots have times and errors; else all 0 */
};

/*
 * Finds what changed from @a to @b. Unattributed calls count as calls of the
 * command `?`. Ties are broken by name and key, so that the same two snapshots
 * always give the same list.
 * Returns 0, and the caller frees it before @names; -1 with @error: no memory.
 */
int systally_compare(struct systally_changes *changes,
		     const struct systally_comparison *comparison,
		     const struct systally_snapshot *a,
		     const struct systally_snapshot *b,
		     const struct systally_names *names,
		     struct systally_error *error);
void systally_changes_free(struct systally_changes *changes);

/*
 * Returns whether the total time of one side of a change is known: it is 0 if
 * no call was made; else some call must have returned.
 */
bool systally_change_timed(const struct systally_group *side);

/* Returns b - a, cut off at the ends of what 64 bits with a sign hold. */
int64_t systally_difference(uint64_t a, uint64_t b);

#endif /* SYSTALLY_CHANGE_H */
