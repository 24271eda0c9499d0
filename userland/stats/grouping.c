// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up rows to groups: rows are collected, and merged whenever there is no
 * room for more.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stats/dimension.h"
#include "stats/grouping.h"

#define FIRST_ROOM 1024

void systally_grouping_make(struct systally_group *group,
			    const struct systally_row *row,
			    const struct systally_by *by, bool threads)
{
	unsigned int i;

	memset(group, 0, sizeof(*group));
	group->count = row->count;
	group->errors = row->errors;
	group->total_ns = row->total_ns;
	group->max_ns = row->max_ns;
	memcpy(group->comm, row->comm, sizeof(group->comm) - 1);
	/* a process is named after its leader, else after its busiest thread */
	group->comm_weight =
		row->tid && row->tid == row->tgid ? UINT64_MAX : row->count;
	for (i = 0; i < by->count; i++)
		by->list[i]->take(group, row, threads);
	if (systally_by_errors(by))
		group->errors = row->count;
}

static int compare_keys(const void *left, const void *right, void *arg)
{
	return systally_by_compare(arg, left, right);
}

static void choose_comm(struct systally_group *to,
			const struct systally_group *other)
{
	if (other->comm_weight < to->comm_weight)
		return;
	/* equal weights: by name, because rows with equal keys have no order */
	if (other->comm_weight == to->comm_weight &&
	    strcmp(other->comm, to->comm) >= 0)
		return;
	memcpy(to->comm, other->comm, sizeof(to->comm));
	to->comm_weight = other->comm_weight;
}

/* The module and recordings have rows in order, which is worth a look. */
static bool is_sorted(const struct systally_grouping *grouping)
{
	size_t i;

	for (i = 1; i < grouping->used; i++) {
		if (systally_by_compare(grouping->by, &grouping->groups[i - 1],
					&grouping->groups[i]) > 0)
			return false;
	}
	return true;
}

/* Makes one group of each run of equal keys. */
static void merge(struct systally_grouping *grouping)
{
	struct systally_group *groups = grouping->groups;
	const struct systally_by *by = grouping->by;
	size_t i, used = 0;

	if (!is_sorted(grouping))
		qsort_r(groups, grouping->used, sizeof(*groups), compare_keys,
			(void *)by);
	for (i = 0; i < grouping->used; i++) {
		if (used &&
		    !systally_by_compare(by, &groups[used - 1], &groups[i])) {
			systally_group_add(&groups[used - 1], &groups[i]);
			choose_comm(&groups[used - 1], &groups[i]);
		} else {
			groups[used++] = groups[i];
		}
	}
	grouping->used = used;
}

/*
 * Makes room by merging. The room is doubled if that makes less than half of it
 * free, so that each row takes part in a few merges only.
 */
static int make_room(struct systally_grouping *grouping)
{
	size_t room = grouping->room ? grouping->room : FIRST_ROOM;
	struct systally_group *larger;

	if (grouping->groups) {
		merge(grouping);
		if (grouping->used <= room / 2)
			return 0;
		room *= 2;
	}
	larger = reallocarray(grouping->groups, room, sizeof(*larger));
	if (!larger)
		return -1;
	grouping->groups = larger;
	grouping->room = room;
	return 0;
}

int systally_grouping_add(struct systally_grouping *grouping,
			  const struct systally_row *row, bool max_is_former)
{
	struct systally_group *group;

	if (grouping->used == grouping->room && make_room(grouping))
		return -1;
	group = &grouping->groups[grouping->used++];
	systally_grouping_make(group, row, grouping->by, grouping->threads);
	if (max_is_former) {
		group->max_limit_ns = group->max_ns;
		group->max_ns = 0;
	} else if (row->total_ns && !row->max_ns) {
		/* in a recording of an interval: no call took more than all */
		group->max_limit_ns = row->total_ns;
	}
	return 0;
}

void systally_grouping_end(struct systally_grouping *grouping)
{
	if (grouping->groups)
		merge(grouping);
}
