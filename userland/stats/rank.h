/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the rows of a snapshot to the top N: groups, sorts, and adds up what
 * is not shown.
 */
#ifndef SYSTALLY_RANK_H
#define SYSTALLY_RANK_H

#include "base/error.h"
#include "stats/histogram.h"
#include "calls/names.h"
#include "cli/options.h"
#include "calls/set.h"
#include "device/snapshot.h"

struct systally_group {
	uint64_t count;
	uint64_t errors;
	uint64_t total_ns;
	uint64_t max_ns;
	uint64_t percentile_ns[SYSTALLY_PERCENTILES];
	uint64_t hist_count;	/* calls that these are of; 0: not known */
	size_t hist_first;	/* its rows among the ranking's hist rows */
	size_t hist_rows;
	uint64_t comm_weight;	/* how good a name comm is, for the merge */
	uint64_t start_ns;	/* with tgid and tid: which process, thread */
	uint32_t tgid;		/* 0: exited processes folded by command */
	uint32_t tid;		/* 0: not known, or not by thread */
	int32_t nr;
	uint16_t abi;
	uint16_t error;		/* by errno */
	uint16_t subsystem;	/* by subsystem: enum systally_subsystem */
	char comm[SYSTALLY_COMM_LEN];
	char name[SYSTALLY_NAME_LEN];	/* the call's, errno's, subsystem's */
};

/* What to rank and how. Borrowed, nothing is changed or freed. */
struct systally_question {
	enum systally_by by;
	enum systally_sort sort;
	bool failed;			/* groups without an error are out */
	size_t limit;			/* groups to show, 0: all */
	const struct systally_set *set;	/* NULL: all calls */
	const uint32_t *pids;		/* tgids; none: all */
	size_t pid_count;
};

struct systally_ranking {
	enum systally_by by;
	enum systally_sort sort;
	/* @shown of them, best first, and @rest_groups that are not shown */
	struct systally_group *groups;
	size_t shown;
	struct systally_group rest;	/* sum of those not shown */
	size_t rest_groups;
	struct systally_group total;	/* of both */
	struct systally_hist hist;	/* total's */
	const struct systally_row **hist_rows;	/* of the groups, in turn */
	bool timed;			/* some group has an error or a time */
	bool folded;			/* some group has tgid 0 */
};

/*
 * Ranks the call rows of @snapshot, or its error rows if by errno. Ties are
 * broken by name, then by process, thread and number, so that the same
 * counters always give the same list. Threads and errors have no percentiles;
 * none is above the group's longest time.
 * Returns 0, and the caller frees it, before @snapshot; -1 with @error if
 * there is no memory, or when threads are asked for and the counters are not kept by thread.
 */
int systally_rank(struct systally_ranking *ranking,
		  const struct systally_question *question,
		  const struct systally_snapshot *snapshot,
		  const struct systally_names *names,
		  struct systally_error *error);
void systally_ranking_free(struct systally_ranking *ranking);

/* Is @row of a call and a process that are asked for? */
bool systally_asked(const struct systally_question *question,
		    const struct systally_row *row);

/* Adds counts, errors and times of @what to @to; its longest time stays. */
void systally_group_add(struct systally_group *to,
			const struct systally_group *what);

/* Returns the average time of a call in @group, 0 if it has none. */
uint64_t systally_group_avg_ns(const struct systally_group *group);

#endif /* SYSTALLY_RANK_H */
