/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the rows of a snapshot to the top N: groups, sorts, and adds up what
 * is not shown.
 */
#ifndef SYSTALLY_RANK_H
#define SYSTALLY_RANK_H

#include "base/error.h"
#include "base/request.h"
#include "calls/names.h"
#include "calls/set.h"
#include "device/snapshot.h"
#include "stats/group.h"

/* What to rank and how. Borrowed, nothing is changed or freed. */
struct systally_question {
	struct systally_by by;
	enum systally_sort sort;
	bool failed;	   /* leave out groups without an error */
	bool counts_only;  /* as if no call had been timed */
	bool unattributed; /* add these calls, of the command `?` */
	size_t limit;	   /* groups to show, 0: all */
	const struct systally_set *set;	    /* NULL: all calls */
	const struct systally_scope *scope; /* NULL: all processes */
};

struct systally_ranking {
	const struct systally_names *names; /* of the calls, borrowed */
	struct systally_by by;
	enum systally_sort sort;
	/* @shown of them, best first, and @rest_groups that are not shown */
	struct systally_group *groups;
	size_t shown;
	struct systally_group rest; /* sum of those not shown */
	size_t rest_groups;
	struct systally_group total;	       /* of both */
	struct systally_hist hist;	       /* total's */
	const struct systally_row **hist_rows; /* of the groups, in turn */
	bool timed;	/* some group has an error or a time */
	bool processes; /* groups are of single processes */
	bool folded;	/* some of these have tgid 0 */
};

/*
 * Ranks the call rows of @snapshot, or its error rows if a dimension asks for
 * errors. Ties are broken by name, then by key, dimension by dimension, so that
 * the same counters always give the same list. Groups by thread or by error
 * have no percentiles. Neither have groups by command, and those of folded
 * processes, if the counters are kept by thread: histograms have the name of the
 * process. The total has those of all. No percentile is above the group's longest time.
 * Returns 0, and the caller frees the ranking before @snapshot and @names; -1
 * with @error: no memory, or a dimension needs threads and the counters are
 * not kept by thread.
 */
int systally_rank(struct systally_ranking *ranking,
		  const struct systally_question *question,
		  const struct systally_snapshot *snapshot,
		  const struct systally_names *names,
		  struct systally_error *error);
void systally_ranking_free(struct systally_ranking *ranking);

/* Does the question ask for the call and the process of @row of @snapshot? */
bool systally_question_has(const struct systally_question *question,
			   const struct systally_snapshot *snapshot,
			   const struct systally_row *row);

#endif /* SYSTALLY_RANK_H */
