// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups and sorts the rows of a snapshot. Called by report.c.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "rank.h"

#define COMPARE(a, b)	(((a) > (b)) - ((a) < (b)))

uint64_t systally_group_avg_ns(const struct systally_group *group)
{
	return group->count ? group->total_ns / group->count : 0;
}

static void add(struct systally_group *to, const struct systally_group *what)
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
	if (by == SYSTALLY_BY_ERRNO) {
		group->error = row->error;
		group->errors = row->count;
	}
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
	if (order)
		return order;
	/* the command is the key, or all that folded rows have of one */
	if (*by == SYSTALLY_BY_COMMAND ||
	    (!a->tgid && *by != SYSTALLY_BY_SYSCALL &&
	     *by != SYSTALLY_BY_ERRNO))
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
		return 0;
	case SYSTALLY_SORT_COUNT:
		break;
	}
	return group->count;
}

/* What a group is called: by which ties are broken and -s name sorts. */
static const char *label(const struct systally_group *group,
			 enum systally_by by)
{
	return by == SYSTALLY_BY_SYSCALL || by == SYSTALLY_BY_ERRNO ?
		group->name : group->comm;
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

	if (!order)
		order = strcmp(label(a, by), label(b, by));
	if (!order)
		order = compare_keys(a, b, &by);
	if (!order)
		order = strcmp(a->name, b->name);
	return order;
}

static bool wanted(const struct systally_question *question,
		   const struct systally_row *row)
{
	size_t i;

	if (!row->count && !row->errors && !row->total_ns)
		return false;
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
			add(&groups[used - 1], &groups[i]);
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
	else if (by == SYSTALLY_BY_SYSCALL || by == SYSTALLY_BY_ROW)
		systally_names_call(names, group->abi, group->nr, group->name);
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
		if (wanted(question, &rows[i]))
			make_group(&groups[used++], &rows[i], question->by,
				   threads);
	}
	used = merge(groups, used, question->by);
	for (i = count = 0; i < used; i++) {
		if (question->failed && !groups[i].errors)
			continue;
		groups[count] = groups[i];
		set_name(&groups[count], question->by, names);
		add(&ranking->total, &groups[count]);
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
	ranking->groups = groups;
	ranking->shown = count;
	if (question->limit && count > question->limit)
		ranking->shown = question->limit;
	for (i = ranking->shown; i < count; i++)
		add(&ranking->rest, &groups[i]);
	ranking->rest_groups = count - ranking->shown;
	return 0;
}

void systally_ranking_free(struct systally_ranking *ranking)
{
	free(ranking->groups);
	memset(ranking, 0, sizeof(*ranking));
}
