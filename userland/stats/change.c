// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds what differs between two snapshots.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stats/change.h"
#include "stats/by.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int64_t systally_difference(uint64_t a, uint64_t b)
{
	uint64_t size = a > b ? a - b : b - a;

	if (size > INT64_MAX)
		size = INT64_MAX;
	return a > b ? -(int64_t)size : (int64_t)size;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * Ranks one side in the order of its keys. Unattributed calls have no row; they
 * get one with the command "?", since their count is known. Errors and times
 * are compared only if both sides have them.
 */
static int rank_side(struct systally_ranking *ranking,
		     const struct systally_comparison *comparison,
		     const struct systally_snapshot *snapshot, bool timed,
		     const struct systally_names *names,
		     struct systally_error *error)
{
	const struct systally_question question = {
		.by = comparison->by,
		.sort = SYSTALLY_SORT_NOTHING,
		.set = comparison->set,
		.counts_only = !timed,
		.unattributed = true,
	};
	struct systally_snapshot side = *snapshot;

	/* percentiles are not compared */
	side.header.hist_rows = 0;
	return systally_rank(ranking, &question, &side, names, error);
}

/* Returns an empty group with the key of @group, for the other side. */
static struct systally_group nothing_of(const struct systally_group *group)
{
	struct systally_group nothing = *group;

	systally_group_clear(&nothing);
	return nothing;
}

bool systally_change_timed(const struct systally_group *side)
{
	return !side->count || systally_group_timed(side);
}

static bool both_timed(const struct systally_change *change)
{
	return systally_change_timed(&change->a) &&
	       systally_change_timed(&change->b);
}

static bool has_changed(const struct systally_change *change, bool latency)
{
	return change->a.count != change->b.count ||
	       change->a.errors != change->b.errors ||
	       (latency && both_timed(change) &&
		change->a.total_ns != change->b.total_ns);
}

static bool is_regression(const struct systally_change *change,
			  const struct systally_comparison *comparison)
{
	return systally_threshold_exceeded(comparison->threshold,
					   change->a.count, change->b.count) ||
	       systally_threshold_exceeded(comparison->threshold,
					   change->a.errors,
					   change->b.errors) ||
	       (comparison->time && both_timed(change) &&
		systally_threshold_exceeded(comparison->time,
					    change->a.total_ns,
					    change->b.total_ns));
}

static void add_change(struct systally_change *to,
		       const struct systally_change *what)
{
	systally_group_add(&to->a, &what->a);
	systally_group_add(&to->b, &what->b);
	to->regression |= what->regression;
}

/* Merges both sides, which are in the order of their keys, into changes. */
static void join(struct systally_changes *changes,
		 const struct systally_comparison *comparison,
		 const struct systally_ranking *a,
		 const struct systally_ranking *b)
{
	size_t i = 0, j = 0;

	while (i < a->shown || j < b->shown) {
		struct systally_change *change = &changes->list[changes->shown];
		int order = i == a->shown ? 1 :
			    j == b->shown ? -1 :
					    systally_by_compare(&comparison->by,
								&a->groups[i],
								&b->groups[j]);

		if (order <= 0)
			change->a = a->groups[i++];
		if (order >= 0)
			change->b = b->groups[j++];
		if (order < 0)
			change->b = nothing_of(&change->a);
		if (order > 0)
			change->a = nothing_of(&change->b);
		change->regression = is_regression(change, comparison);
		add_change(&changes->total, change);
		if (!has_changed(change, comparison->latency)) {
			changes->same++;
			memset(change, 0, sizeof(*change));
			continue;
		}
		changes->regressions += change->regression;
		changes->shown++;
	}
}

/* The order of a list. */
struct order {
	const struct systally_comparison *comparison;
	const struct systally_names *names;
};

static uint64_t value(const struct systally_change *change,
		      enum systally_sort sort)
{
	switch (sort) {
	case SYSTALLY_SORT_ERRORS:
		return distance(change->a.errors, change->b.errors);
	case SYSTALLY_SORT_TIME:
		return distance(change->a.total_ns, change->b.total_ns);
	case SYSTALLY_SORT_AVG:
		return distance(systally_group_avg_ns(&change->a),
				systally_group_avg_ns(&change->b));
	case SYSTALLY_SORT_COUNT:
		return distance(change->a.count, change->b.count);
	default:
		return 0;
	}
}

static int compare_changes(const void *left, const void *right, void *arg)
{
	const struct order *order = arg;
	const struct systally_change *a = left;
	const struct systally_change *b = right;
	uint64_t a_value = value(a, order->comparison->sort);
	uint64_t b_value = value(b, order->comparison->sort);
	int result = COMPARE(b_value, a_value);

	return result ? result :
			systally_by_compare_names(&order->comparison->by,
						  order->names, &a->a, &b->a);
}

int systally_compare(struct systally_changes *changes,
		     const struct systally_comparison *comparison,
		     const struct systally_snapshot *a,
		     const struct systally_snapshot *b,
		     const struct systally_names *names,
		     struct systally_error *error)
{
	struct systally_ranking rank_a = { 0 }, rank_b = { 0 };
	struct order order = { .comparison = comparison, .names = names };
	size_t i, count;
	int result = -1;

	memset(changes, 0, sizeof(*changes));
	changes->names = names;
	changes->by = comparison->by;
	changes->timed = a->header.collect != SYSTALLY_COLLECT_COUNT &&
			 b->header.collect != SYSTALLY_COLLECT_COUNT;
	if (rank_side(&rank_a, comparison, a, changes->timed, names, error) ||
	    rank_side(&rank_b, comparison, b, changes->timed, names, error))
		goto out;
	/* room for one more: join() fills in an entry before it decides */
	changes->list =
		calloc(rank_a.shown + rank_b.shown + 1, sizeof(*changes->list));
	if (!changes->list) {
		systally_error_set(error,
				   "no memory to compare two recordings");
		goto out;
	}
	join(changes, comparison, &rank_a, &rank_b);
	count = changes->shown;
	qsort_r(changes->list, count, sizeof(*changes->list), compare_changes,
		&order);
	if (comparison->limit && count > comparison->limit)
		changes->shown = comparison->limit;
	changes->rest_changes = count - changes->shown;
	for (i = changes->shown; i < count; i++)
		add_change(&changes->rest, &changes->list[i]);
	result = 0;
out:
	systally_ranking_free(&rank_a);
	systally_ranking_free(&rank_b);
	return result;
}

void systally_changes_free(struct systally_changes *changes)
{
	free(changes->list);
	memset(changes, 0, sizeof(*changes));
}
