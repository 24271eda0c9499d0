/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adds up rows to groups, one row after the other. The memory grows with the
 * groups, not with the rows.
 */
#ifndef SYSTALLY_GROUPING_H
#define SYSTALLY_GROUPING_H

#include "base/request.h"
#include "stats/group.h"

struct systally_grouping {
	const struct systally_by *by;
	bool threads; /* the rows are kept by thread */
	struct systally_group *groups;
	size_t used;
	size_t room;
};

/* Makes the group of one row. Only the key members of @by are set. */
void systally_grouping_make(struct systally_group *group,
			    const struct systally_row *row,
			    const struct systally_by *by, bool threads);

/*
 * Adds a row to the group of its key; max_is_former: as in a snapshot. @grouping begins with @by and @threads,
 * all else zero. Returns 0, or -1 if there is no memory.
 */
int systally_grouping_add(struct systally_grouping *grouping,
			  const struct systally_row *row, bool max_is_former);

/*
 * Sorts the groups by their keys, each of which is there once. The caller frees
 * grouping->groups in any case; it may be NULL if there are none.
 */
void systally_grouping_end(struct systally_grouping *grouping);

#endif /* SYSTALLY_GROUPING_H */
