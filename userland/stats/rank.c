// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups and sorts the rows of a snapshot. Called by report.c.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stats/rank.h"
#include "calls/subsystem.h"

#define COMPARE(a, b)	(((a) > (b)) - ((a) < (b)))

uint64_t systally_group_avg_ns(const struct systally_group *group)
{
	return group->count ? group->total_ns / group->count : 0;
}

void systally_group_add(struct systally_group *to,
			const struct systally_group *what)
{
	to->count = systally_sum(to->count, what->count);
	to->errors = systally_sum(to->errors, what->errors);
	to->total_ns = systally_sum(to->total_ns, what->total_ns);
	if (what->max_ns > to->max_ns)
		to->max_ns = what->max_ns;
}

/*
 * The group of one row: only what makes the group's key is filled in, so that
 * two rows of one group compare equal.
 */
static void make_group(struct systally_group *group,
		       const struct systally_row *row, enum systally_by by,
		       bool threads)
{
	memset(group, 0, sizeof(*group));
	group->count = row->count;
	group->errors = row->errors;
	group->total_ns = row->total_ns;
	group->max_ns = row->max_ns;
	memcpy(group->comm, row->comm, sizeof(group->comm) - 1);
	/* threads have names of their own: the leader's, or the busiest's */
	group->comm_weight = row->tid && row->tid == row->tgid ? UINT64_MAX :
								 row->count;
	if (by == SYSTALLY_BY_SYSCALL || by == SYSTALLY_BY_ROW) {
		group->abi = row->abi;
		group->nr = row->nr;
	}
	if (by == SYSTALLY_BY_PROCESS || by == SYSTALLY_BY_THREAD ||
	    by == SYSTALLY_BY_ROW) {
		group->tgid = row->tgid;
		group->start_ns = row->start_ns;
	}
	/* start_ns is the thread's then, and tells processes not apart */
	if (by == SYSTALLY_BY_PROCESS && threads)
		group->start_ns = 0;
	if (by == SYSTALLY_BY_THREAD || (by == SYSTALLY_BY_ROW && threads))
		group->tid = row->tid;
	if (by == SYSTALLY_BY_SUBSYSTEM)
		group->subsystem = (uint16_t)systally_subsystem_of(row->abi,
								   row->nr);
	if (by == SYSTALLY_BY_ERRNO) {
		group->error = row->error;
		group->errors = row->count;
	}
}

/* Has a group a name, and nothing of a process? */
static bool is_named(enum systally_by by)
{
	return by == SYSTALLY_BY_SYSCALL || by == SYSTALLY_BY_ERRNO ||
	       by == SYSTALLY_BY_SUBSYSTEM;
}

static int compare_keys(const void *left, const void *right, void *arg)
{
	const enum systally_by *by = arg;
	const struct systally_group *a = left;
	const struct systally_group *b = right;
	int order = COMPARE(a->tgid, b->tgid);

	if (!order)
		order = COMPARE(a->tid, b->tid);
	if (!order)
		order = COMPARE(a->start_ns, b->start_ns);
	if (!order)
		order = COMPARE(a->abi, b->abi);
	if (!order)
		order = COMPARE(a->nr, b->nr);
	if (!order)
		order = COMPARE(a->error, b->error);
	if (!order)
		order = COMPARE(a->subsystem, b->subsystem);
	if (order)
		return order;
	/* the command is the key, or all that folded rows have of one */
	if (*by == SYSTALLY_BY_COMMAND || (!a->tgid && !is_named(*by)))
		return strcmp(a->comm, b->comm);
	return 0;
}

static uint64_t value(const struct systally_group *group,
		      enum systally_sort sort)
{
	switch (sort) {
	case SYSTALLY_SORT_TIME:
		return group->total_ns;
	case SYSTALLY_SORT_AVG:
		return systally_group_avg_ns(group);
	case SYSTALLY_SORT_MAX:
		return group->max_ns;
	case SYSTALLY_SORT_ERRORS:
		return group->errors;
	case SYSTALLY_SORT_NAME:
	case SYSTALLY_SORT_NOTHING:
		return 0;
	case SYSTALLY_SORT_COUNT:
		break;
	default:
		return group->percentile_ns[sort - SYSTALLY_SORT_P50];
	}
	return group->count;
}

/* What a group is called: by which ties are broken and -s name sorts. */
static const char *label(const struct systally_group *group,
			 enum systally_by by)
{
	return is_named(by) ? group->name : group->comm;
}

static int compare_ranks(const void *left, const void *right, void *arg)
{
	const struct systally_question *question = arg;
	const struct systally_group *a = left;
	const struct systally_group *b = right;
	uint64_t a_value = value(a, question->sort);
	uint64_t b_value = value(b, question->sort);
	enum systally_by by = question->by;
	int order = COMPARE(b_value, a_value);

	if (!order && question->sort != SYSTALLY_SORT_NOTHING)
		order = strcmp(label(a, by), label(b, by));
	if (!order)
		order = compare_keys(a, b, &by);
	if (!order)
		order = strcmp(a->name, b->name);
	return order;
}

bool systally_asked(const struct systally_question *question,
		    const struct systally_row *row)
{
	size_t i;

	if (question->set &&
	    !systally_set_has(question->set, row->abi, row->nr))
		return false;
	for (i = 0; i < question->pid_count; i++) {
		if (question->pids[i] == row->tgid)
			return true;
	}
	return !question->pid_count;
}

static void choose_comm(struct systally_group *to,
			const struct systally_group *other)
{
	if (other->comm_weight < to->comm_weight)
		return;
	/* an order of their own, since equal keys come in any order */
	if (other->comm_weight == to->comm_weight &&
	    strcmp(other->comm, to->comm) >= 0)
		return;
	memcpy(to->comm, other->comm, sizeof(to->comm));
	to->comm_weight = other->comm_weight;
}

/* Makes one group of each run of equal keys. Returns how many there are. */
static size_t merge(struct systally_group *groups, size_t count,
		    enum systally_by by)
{
	size_t i, used = 0;

	qsort_r(groups, count, sizeof(*groups), compare_keys, &by);
	for (i = 0; i < count; i++) {
		if (used && !compare_keys(&groups[used - 1], &groups[i], &by)) {
			systally_group_add(&groups[used - 1], &groups[i]);
			choose_comm(&groups[used - 1], &groups[i]);
		} else {
			groups[used++] = groups[i];
		}
	}
	return used;
}

static void set_name(struct systally_group *group, enum systally_by by,
		     const struct systally_names *names)
{
	if (by == SYSTALLY_BY_ERRNO)
		systally_names_errno(group->error, group->name);
	else if (by == SYSTALLY_BY_SUBSYSTEM)
		strcpy(group->name, systally_subsystem_name(group->subsystem));
	else if (by == SYSTALLY_BY_SYSCALL || by == SYSTALLY_BY_ROW)
		systally_names_call(names, group->abi, group->nr, group->name);
}

/* A hist row, and the group that it belongs to. */
struct hist_match {
	size_t group;
	const struct systally_row *row;
};

static int compare_matches(const void *left, const void *right)
{
	const struct hist_match *a = left;
	const struct hist_match *b = right;

	return COMPARE(a->group, b->group);
}

/* Returns the group with @key's key, @count if there is none. */
static size_t find_group(const struct systally_group *groups, size_t count,
			 const struct systally_group *key, enum systally_by by)
{
	size_t low = 0, high = count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare_keys(&groups[middle], key, &by);
		if (!order)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return count;
}

/*
 * Gives each of @groups, in the order of their keys, its hist rows. Returns 0,
 * or -1 when out of memory.
 */
static int match_hist(struct systally_ranking *ranking,
		      const struct systally_question *question,
		      const struct systally_snapshot *snapshot,
		      struct systally_group *groups, size_t count)
{
	const struct systally_header *header = &snapshot->header;
	struct systally_group key;
	struct hist_match *matches;
	size_t i, group, used = 0;

	if (!header->hist_rows || question->by == SYSTALLY_BY_ERRNO ||
	    question->by == SYSTALLY_BY_THREAD)
		return 0;
	matches = calloc(header->hist_rows, sizeof(*matches));
	ranking->hist_rows = calloc(header->hist_rows,
				    sizeof(*ranking->hist_rows));
	if (!matches || !ranking->hist_rows) {
		free(matches);
		return -1;
	}
	for (i = 0; i < header->hist_rows; i++) {
		if (!systally_asked(question, &snapshot->hist[i]))
			continue;
		make_group(&key, &snapshot->hist[i], question->by,
			   header->flags & SYSTALLY_THREADS);
		group = find_group(groups, count, &key, question->by);
		if (group == count)
			continue;
		matches[used].group = group;
		matches[used++].row = &snapshot->hist[i];
	}
	qsort(matches, used, sizeof(*matches), compare_matches);
	for (i = 0; i < used; i++) {
		struct systally_group *to = &groups[matches[i].group];

		if (!to->hist_rows++)
			to->hist_first = i;
		ranking->hist_rows[i] = matches[i].row;
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
	uint64_t ns;
	int i;

	group->hist_count = hist->count;
	for (i = 0; i < SYSTALLY_PERCENTILES && hist->count; i++) {
		ns = systally_hist_percentile(hist, (enum systally_percentile)i,
					      clock_khz);
		/* the middle of the longest call's bucket may be above it */
		group->percentile_ns[i] = ns < group->max_ns ? ns :
							       group->max_ns;
	}
}

int systally_rank(struct systally_ranking *ranking,
		  const struct systally_question *question,
		  const struct systally_snapshot *snapshot,
		  const struct systally_names *names,
		  struct systally_error *error)
{
	const struct systally_header *header = &snapshot->header;
	bool threads = header->flags & SYSTALLY_THREADS;
	bool by_errno = question->by == SYSTALLY_BY_ERRNO;
	struct systally_hist hist;
	const struct systally_row *rows =
		by_errno ? snapshot->errors : snapshot->calls;
	size_t count = by_errno ? header->error_rows : header->call_rows;
	struct systally_group *groups;
	size_t i, used = 0;

	memset(ranking, 0, sizeof(*ranking));
	ranking->by = question->by;
	ranking->sort = question->sort;
	if (question->by == SYSTALLY_BY_THREAD && !threads)
		return systally_error_set(error,
			"the counters are not kept by thread; write 1 to the control `threads` and count again");
	groups = calloc(count ? count : 1, sizeof(*groups));
	if (!groups)
		return systally_error_set(error, "no memory to rank %zu rows",
					  count);
	for (i = 0; i < count; i++) {
		if ((rows[i].count || rows[i].errors || rows[i].total_ns) &&
		    systally_asked(question, &rows[i]))
			make_group(&groups[used++], &rows[i], question->by,
				   threads);
	}
	used = merge(groups, used, question->by);
	ranking->groups = groups;
	if (match_hist(ranking, question, snapshot, groups, used)) {
		systally_ranking_free(ranking);
		return systally_error_set(error,
					  "no memory to rank histograms");
	}
	for (i = count = 0; i < used; i++) {
		if (question->failed && !groups[i].errors)
			continue;
		groups[count] = groups[i];
		set_name(&groups[count], question->by, names);
		systally_group_add(&ranking->total, &groups[count]);
		memset(&hist, 0, sizeof(hist));
		add_hist(&hist, ranking, &groups[count]);
		set_percentiles(&groups[count], &hist, header->clock_khz);
		add_hist(&ranking->hist, ranking, &groups[count]);
		ranking->timed |= groups[count].errors ||
				  groups[count].total_ns;
		if (!groups[count].tgid &&
		    (question->by == SYSTALLY_BY_PROCESS ||
		     question->by == SYSTALLY_BY_THREAD ||
		     question->by == SYSTALLY_BY_ROW))
			ranking->folded = true;
		count++;
	}
	qsort_r(groups, count, sizeof(*groups), compare_ranks,
		(void *)question);
	ranking->shown = count;
	if (question->limit && count > question->limit)
		ranking->shown = question->limit;
	memset(&hist, 0, sizeof(hist));
	for (i = ranking->shown; i < count; i++) {
		systally_group_add(&ranking->rest, &groups[i]);
		add_hist(&hist, ranking, &groups[i]);
	}
	set_percentiles(&ranking->rest, &hist, header->clock_khz);
	set_percentiles(&ranking->total, &ranking->hist, header->clock_khz);
	ranking->rest_groups = count - ranking->shown;
	return 0;
}

void systally_ranking_free(struct systally_ranking *ranking)
{
	free(ranking->groups);
	free(ranking->hist_rows);
	memset(ranking, 0, sizeof(*ranking));
}
