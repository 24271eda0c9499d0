/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adds up rows to groups, one row after the other. The memory grows with the
 * groups, not with the rows.
 */
#ifndef SYSTALLY_GROUPING_H
#define SYSTALLY_GROUPING_H

#include "base/request.h"
#include "stats/group.h"
#include "units/facts.h"

struct systally_grouping {
	const struct systally_by *by;
	bool threads;		       /* the rows are kept by thread */
	struct systally_group *groups; /* in no order */
	size_t used;
	size_t room;   /* for groups */
	uint64_t seed; /* of the hashes */
	/* a hash table of 2 * @room: 0, or the index of a group and 1 */
	size_t *slots;
};

/*
 * Makes the group of one row. Only the key members of grouping->by are set.
 * @facts: of its process; NULL: not known
 */
void systally_grouping_make(const struct systally_grouping *grouping,
			    struct systally_group *group,
			    const struct systally_row *row,
			    const struct systally_facts *facts);

/*
 * Adds a row to the group of its key; max_is_former: as in a snapshot.
 * @grouping begins with @by and @threads, all else zero. Returns 0, or -1 if
 * there is no memory.
 */
int systally_grouping_add(struct systally_grouping *grouping,
			  const struct systally_row *row,
			  const struct systally_facts *facts,
			  bool max_is_former);

/* Returns the index of the group with @key's key, @used if there is none. */
size_t systally_grouping_find(const struct systally_grouping *grouping,
			      const struct systally_group *key);

/*
 * Frees what finds groups; call it in any case, after the last find. The caller
 * frees grouping->groups, which is NULL if there are none.
 */
void systally_grouping_end(struct systally_grouping *grouping);

#endif /* SYSTALLY_GROUPING_H */
