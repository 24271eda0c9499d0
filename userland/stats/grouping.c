// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up rows to groups, which a hash table finds by their keys.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "stats/by.h"
#include "stats/grouping.h"

#define FIRST_ROOM 64 /* a power of two, as all rooms */

void systally_grouping_make(const struct systally_grouping *grouping,
			    struct systally_group *group,
			    const struct systally_row *row,
			    const struct systally_facts *facts)
{
	static const struct systally_facts unknown = {
		.uid = SYSTALLY_UID_UNKNOWN,
	};
	const struct systally_by *by = grouping->by;
	const struct systally_taken from = {
		.row = row,
		.facts = facts ? facts : &unknown,
		.threads = grouping->threads,
	};
	unsigned int i;

	memset(group, 0, sizeof(*group));
	group->count = row->count;
	group->errors = row->errors;
	group->total_ns = row->total_ns;
	group->max_ns = row->max_ns;
	group->functions = row->abi == SYSTALLY_ABI_FUNCTION;
	group->calls = !group->functions;
	/* stops at the end: the rest of a group's has to be zero */
	memccpy(group->comm, row->comm, '\0', sizeof(group->comm) - 1);
	/* a process is named after its leader, else after its busiest thread */
	group->comm_weight =
		row->tid && row->tid == row->tgid ? UINT64_MAX : row->count;
	for (i = 0; i < by->count; i++)
		by->list[i]->take(group, &from);
	if (systally_by_errors(by))
		group->errors = row->count;
}

static void choose_comm(struct systally_group *to,
			const struct systally_group *other)
{
	if (other->comm_weight < to->comm_weight)
		return;
	/* equal weights: by name, because rows have no order */
	if (other->comm_weight == to->comm_weight &&
	    strcmp(other->comm, to->comm) >= 0)
		return;
	memcpy(to->comm, other->comm, sizeof(to->comm));
	to->comm_weight = other->comm_weight;
}

/*
 * Returns the slot of @key's group, or the empty slot where it would be. There
 * are twice as many slots as room for groups, so there is always an empty one.
 */
static size_t *find_slot(const struct systally_grouping *grouping,
			 const struct systally_group *key)
{
	const size_t mask = 2 * grouping->room - 1;
	size_t at = systally_by_hash(grouping->by, grouping->seed, key) >> 32 &
		    mask;

	while (grouping->slots[at] &&
	       systally_by_compare(grouping->by,
				   &grouping->groups[grouping->slots[at] - 1],
				   key))
		at = (at + 1) & mask;
	return &grouping->slots[at];
}

/*
 * A recording may come from anybody. Without a secret its rows could be chosen
 * so that all share one slot. If there is none, the groups are right all the
 * same.
 */
static void choose_seed(struct systally_grouping *grouping)
{
	if (getrandom(&grouping->seed, sizeof(grouping->seed), GRND_NONBLOCK) !=
	    sizeof(grouping->seed))
		grouping->seed = 0;
}

/* Doubles the room. Returns 0, or -1 if there is no memory. */
static int make_room(struct systally_grouping *grouping)
{
	const size_t room = grouping->room ? 2 * grouping->room : FIRST_ROOM;
	struct systally_group *groups;
	size_t *slots, i;

	if (!grouping->room)
		choose_seed(grouping);
	groups = reallocarray(grouping->groups, room, sizeof(*groups));
	if (!groups)
		return -1;
	grouping->groups = groups;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return -1;
	free(grouping->slots);
	grouping->slots = slots;
	grouping->room = room;
	for (i = 0; i < grouping->used; i++)
		*find_slot(grouping, &groups[i]) = i + 1;
	return 0;
}

int systally_grouping_add(struct systally_grouping *grouping,
			  const struct systally_row *row,
			  const struct systally_facts *facts,
			  bool max_is_former)
{
	struct systally_group group, *to;
	size_t *slot;

	if (grouping->used == grouping->room && make_room(grouping))
		return -1;
	systally_grouping_make(grouping, &group, row, facts);
	if (max_is_former) {
		group.max_limit_ns = group.max_ns;
		group.max_ns = 0;
	} else if (row->total_ns && !row->max_ns) {
		/* in a recording of an interval: no call took more than all */
		group.max_limit_ns = row->total_ns;
	}
	slot = find_slot(grouping, &group);
	if (*slot) {
		to = &grouping->groups[*slot - 1];
		systally_group_add(to, &group);
		choose_comm(to, &group);
		return 0;
	}
	grouping->groups[grouping->used++] = group;
	*slot = grouping->used;
	return 0;
}

size_t systally_grouping_find(const struct systally_grouping *grouping,
			      const struct systally_group *key)
{
	const size_t slot = grouping->used ? *find_slot(grouping, key) : 0;

	return slot ? slot - 1 : grouping->used;
}

void systally_grouping_end(struct systally_grouping *grouping)
{
	free(grouping->slots);
	grouping->slots = NULL;
}
