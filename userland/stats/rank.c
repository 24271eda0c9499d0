// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups and sorts the rows of a snapshot.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats/best.h"
#include "stats/by.h"
#include "stats/grouping.h"
#include "stats/rank.h"
#include "stats/sort.h"

/* The order of a list. */
struct order {
	const struct systally_by *by;
	const struct systally_names *names;
	enum systally_sort sort;
};

static int compare_ranks(const void *left, const void *right, void *arg)
{
	const struct order *order = arg;
	const struct systally_group *a = left;
	const struct systally_group *b = right;

	if (a->rank_value != b->rank_value)
		return a->rank_value > b->rank_value ? -1 : 1;
	if (order->sort == SYSTALLY_SORT_NOTHING)
		return systally_by_compare(order->by, a, b);
	return systally_by_compare_names(order->by, order->names, a, b);
}

bool systally_question_has(const struct systally_question *question,
			   const struct systally_snapshot *snapshot,
			   const struct systally_row *row)
{
	if (question->set &&
	    !systally_set_has(question->set, row->abi, row->nr))
		return false;
	return !question->scope ||
	       systally_snapshot_has(snapshot, row, question->scope);
}

/*
 * Hist rows are kept by process, also where call rows are kept by thread, and
 * carry the process's name. Returns true if the group of @key is of a thread, or
 * of threads of one name, so that the histograms of its calls are not known.
 */
static bool has_no_hist(const struct systally_question *question,
			const struct systally_header *header,
			const struct systally_group *key)
{
	const struct systally_by *by = &question->by;

	if (!(header->flags & SYSTALLY_THREADS))
		return false;
	/* tgid 0: threads that have ended, folded by name */
	return systally_by_threads(by) ||
	       systally_by_has(by, SYSTALLY_BY_COMMAND) ||
	       (systally_by_has(by, SYSTALLY_BY_PROCESS) && !key->tgid);
}

/*
 * Finds the group of each hist row, and how many each group has. Rows that
 * belong to no single group are added to the total only.
 */
static void match_hist(struct systally_ranking *ranking,
		       const struct systally_question *question,
		       const struct systally_snapshot *snapshot,
		       struct systally_grouping *grouping, size_t *matches)
{
	const struct systally_header *header = &snapshot->header;
	struct systally_group key;
	size_t i;

	for (i = 0; i < header->hist_rows; i++) {
		matches[i] = grouping->used;
		if (!systally_question_has(question, snapshot,
					   &snapshot->hist[i]))
			continue;
		systally_grouping_make(
			grouping, &key, &snapshot->hist[i],
			systally_snapshot_facts(snapshot, &snapshot->hist[i]));
		if (has_no_hist(question, header, &key)) {
			/* -x leaves groups out of the total */
			if (!question->failed)
				systally_hist_add(&ranking->hist,
						  &snapshot->hist[i]);
			continue;
		}
		matches[i] = systally_grouping_find(grouping, &key);
		if (matches[i] < grouping->used)
			grouping->groups[matches[i]].hist_rows++;
	}
}

/* Gives each group its hist rows. Returns 0, or -1 when out of memory. */
static int give_hist(struct systally_ranking *ranking,
		     const struct systally_question *question,
		     const struct systally_snapshot *snapshot,
		     struct systally_grouping *grouping)
{
	const size_t rows = snapshot->header.hist_rows;
	struct systally_group *group;
	size_t *matches, i, first = 0;

	if (!rows || question->counts_only || systally_by_errors(&question->by))
		return 0;
	matches = calloc(rows, sizeof(*matches));
	ranking->hist_rows = calloc(rows, sizeof(*ranking->hist_rows));
	if (!matches || !ranking->hist_rows) {
		free(matches);
		return -1;
	}
	match_hist(ranking, question, snapshot, grouping, matches);
	for (i = 0; i < grouping->used; i++) {
		group = &grouping->groups[i];
		group->hist_first = first;
		first += group->hist_rows;
		group->hist_rows = 0;
	}
	for (i = 0; i < rows; i++) {
		if (matches[i] == grouping->used)
			continue;
		group = &grouping->groups[matches[i]];
		ranking->hist_rows[group->hist_first + group->hist_rows++] =
			&snapshot->hist[i];
	}
	free(matches);
	return 0;
}

static void add_hist(struct systally_hist *hist,
		     const struct systally_ranking *ranking,
		     const struct systally_group *group)
{
	size_t i;

	for (i = 0; i < group->hist_rows; i++)
		systally_hist_add(hist,
				  ranking->hist_rows[group->hist_first + i]);
}

static void set_percentiles(struct systally_group *group,
			    const struct systally_hist *hist,
			    uint64_t clock_khz)
{
	const uint64_t limit = group->max_ns > group->max_limit_ns ?
				       group->max_ns :
				       group->max_limit_ns;
	uint64_t ns;
	int i;

	group->hist_count = hist->count;
	if (!hist->count)
		return;
	for (i = 0; i < SYSTALLY_PERCENTILES; i++) {
		ns = systally_hist_percentile(hist, (enum systally_percentile)i,
					      clock_khz);
		/* the middle of the longest call's bucket may be above it */
		group->percentile_ns[i] = ns < limit ? ns : limit;
	}
	if (systally_group_maximal(group))
		return;
	/* as near as a percentile is */
	ns = systally_hist_longest(hist, clock_khz);
	if (ns > limit)
		ns = limit;
	if (ns > group->max_ns)
		group->max_ns = ns;
	group->max_limit_ns = group->max_ns;
}

/*
 * Keeps those of @groups that the question wants, adds up the totals and finds
 * percentiles. Returns how many are kept.
 */
static size_t keep(struct systally_ranking *ranking,
		   const struct systally_question *question,
		   struct systally_group *groups, size_t count,
		   uint64_t clock_khz)
{
	struct systally_hist hist;
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		struct systally_group *group = &groups[kept];

		if (question->failed && !groups[i].errors)
			continue;
		*group = groups[i];
		systally_group_add(&ranking->total, group);
		if (group->hist_rows) {
			memset(&hist, 0, sizeof(hist));
			add_hist(&hist, ranking, group);
			set_percentiles(group, &hist, clock_khz);
			add_hist(&ranking->hist, ranking, group);
		}
		ranking->timed |= systally_group_timed(group);
		ranking->folded |= ranking->processes && !group->tgid;
		kept++;
	}
	return kept;
}

/* Sorts the groups that are shown, and moves them to the front. */
static void sort_groups(struct systally_ranking *ranking, size_t count)
{
	const struct systally_sort_key *key = &systally_sorts[ranking->sort];
	struct order order = { .by = &ranking->by,
			       .names = ranking->names,
			       .sort = ranking->sort };
	size_t i;

	for (i = 0; key->value && i < count; i++)
		ranking->groups[i].rank_value = key->value(&ranking->groups[i]);
	systally_best(ranking->groups, count, ranking->shown, compare_ranks,
		      &order);
}

/* Adds up the groups from @shown on, which the limit leaves out. */
static void sum_rest(struct systally_ranking *ranking, size_t count,
		     uint64_t clock_khz)
{
	struct systally_hist hist = { 0 };
	size_t i;

	for (i = ranking->shown; i < count; i++) {
		systally_group_add(&ranking->rest, &ranking->groups[i]);
		add_hist(&hist, ranking, &ranking->groups[i]);
	}
	set_percentiles(&ranking->rest, &hist, clock_khz);
	set_percentiles(&ranking->total, &ranking->hist, clock_khz);
	ranking->rest_groups = count - ranking->shown;
}

/*
 * Adds rows that the question asks for. @comm is the command of all of them,
 * NULL: they have their own. @max_is_former: as in a snapshot.
 */
static int add_rows(struct systally_grouping *grouping,
		    const struct systally_question *question,
		    const struct systally_snapshot *snapshot,
		    const struct systally_row *rows, size_t count,
		    const char *comm, const bool *max_is_former)
{
	struct systally_row row;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!systally_question_has(question, snapshot, &rows[i]))
			continue;
		row = rows[i];
		if (question->counts_only)
			row.errors = row.total_ns = row.max_ns = 0;
		if (comm)
			snprintf(row.comm, sizeof(row.comm), "%s", comm);
		if ((row.count || row.errors || row.total_ns) &&
		    systally_grouping_add(
			    grouping, &row,
			    systally_snapshot_facts(snapshot, &row),
			    max_is_former && max_is_former[i]))
			return -1;
	}
	return 0;
}

/* Groups the rows of the snapshot. */
static int make_groups(struct systally_grouping *grouping,
		       const struct systally_question *question,
		       const struct systally_snapshot *snapshot)
{
	const struct systally_header *header = &snapshot->header;
	int result;

	if (systally_by_errors(grouping->by))
		result =
			add_rows(grouping, question, snapshot, snapshot->errors,
				 header->error_rows, NULL, NULL);
	else
		result = add_rows(grouping, question, snapshot, snapshot->calls,
				  header->call_rows, NULL,
				  snapshot->max_is_former);
	if (!result && question->unattributed)
		result = add_rows(grouping, question, snapshot,
				  snapshot->unattributed,
				  header->unattributed_rows, "?", NULL);
	return result;
}

static int no_memory(struct systally_ranking *ranking,
		     const struct systally_header *header,
		     struct systally_error *error)
{
	systally_ranking_free(ranking);
	return systally_error_set(
		error, "no memory to rank %llu rows",
		(unsigned long long)systally_snapshot_rows(header));
}

int systally_rank(struct systally_ranking *ranking,
		  const struct systally_question *question,
		  const struct systally_snapshot *snapshot,
		  const struct systally_names *names,
		  struct systally_error *error)
{
	const struct systally_header *header = &snapshot->header;
	const struct systally_by *by = &question->by;
	struct systally_grouping grouping = {
		.by = by,
		.threads = header->flags & SYSTALLY_THREADS,
	};
	size_t i, count;
	int result;

	memset(ranking, 0, sizeof(*ranking));
	if (systally_names_functions(names, snapshot->functions,
				     header->functions))
		return systally_error_set(
			error, "no memory for the names of functions");
	ranking->names = names;
	ranking->by = *by;
	ranking->sort = question->sort;
	for (i = 0; i < by->count; i++)
		ranking->processes |= by->list[i]->process;
	if (systally_by_threads(by) && !grouping.threads)
		return systally_error_set(
			error,
			"the counters are not kept by thread; write 1 to the control `threads` and count again");
	result = make_groups(&grouping, question, snapshot);
	if (!result)
		result = give_hist(ranking, question, snapshot, &grouping);
	systally_grouping_end(&grouping);
	ranking->groups = grouping.groups;
	if (result)
		return no_memory(ranking, header, error);
	count = keep(ranking, question, grouping.groups, grouping.used,
		     header->clock_khz);
	ranking->shown = count;
	if (question->limit && count > question->limit)
		ranking->shown = question->limit;
	sort_groups(ranking, count);
	sum_rest(ranking, count, header->clock_khz);
	return 0;
}

void systally_ranking_free(struct systally_ranking *ranking)
{
	free(ranking->groups);
	free(ranking->hist_rows);
	memset(ranking, 0, sizeof(*ranking));
}
