/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rows can be sorted by: one table, for the parser, --help and ranking.
 */
#ifndef SYSTALLY_SORT_H
#define SYSTALLY_SORT_H

#include "base/request.h"
#include "stats/group.h"

struct systally_sort_key {
	const char *word;    /* as -s takes it */
	const char *aliases; /* strace's words for it, with a blank each */
	const char *share;   /* heading of the share of the whole */
	bool times;	     /* shows times: -L */
	bool percentiles;    /* shows percentiles: -P */
	bool compare;	     /* `compare` can sort by how much it changed */
	/* Larger values come first. NULL: sorted by name or number. */
	uint64_t (*value)(const struct systally_group *group);
	/* What shares are of; NULL: of calls. */
	uint64_t (*whole)(const struct systally_group *group);
};

/* Indexed by enum systally_sort. */
extern const struct systally_sort_key systally_sorts[SYSTALLY_SORTS];

/* Returns the enum systally_sort for @word or an alias, or -1. */
int systally_sort_find(const char *word);

#endif /* SYSTALLY_SORT_H */
