// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adds up groups.
 */
#include <string.h>

#include "device/snapshot.h"
#include "stats/group.h"

void systally_group_add(struct systally_group *to,
			const struct systally_group *what)
{
	to->count = systally_sum(to->count, what->count);
	to->errors = systally_sum(to->errors, what->errors);
	to->total_ns = systally_sum(to->total_ns, what->total_ns);
	if (what->max_ns > to->max_ns)
		to->max_ns = what->max_ns;
	if (what->max_limit_ns > to->max_limit_ns)
		to->max_limit_ns = what->max_limit_ns;
	to->functions |= what->functions;
	to->calls |= what->calls;
}

void systally_group_clear(struct systally_group *group)
{
	memset(group, 0, offsetof(struct systally_group, start_ns));
}

bool systally_group_counted(const struct systally_group *group)
{
	(void)group;
	return true;
}

/* A call that failed may have taken less than a unit of the clock. */
bool systally_group_timed(const struct systally_group *group)
{
	return group->total_ns || group->max_ns || group->errors ||
	       group->hist_count;
}

bool systally_group_failing(const struct systally_group *group)
{
	return systally_group_timed(group) &&
	       (group->calls || !group->functions);
}

bool systally_group_maximal(const struct systally_group *group)
{
	return systally_group_timed(group) &&
	       group->max_ns >= group->max_limit_ns;
}

bool systally_group_ranked(const struct systally_group *group)
{
	return group->hist_count;
}

bool systally_group_averaged(const struct systally_group *group)
{
	return group->count && systally_group_timed(group);
}

uint64_t systally_group_count(const struct systally_group *group)
{
	return group->count;
}

uint64_t systally_group_errors(const struct systally_group *group)
{
	return group->errors;
}

uint64_t systally_group_total_ns(const struct systally_group *group)
{
	return group->total_ns;
}

uint64_t systally_group_max_ns(const struct systally_group *group)
{
	return group->max_ns;
}

uint64_t systally_group_p50_ns(const struct systally_group *group)
{
	return group->percentile_ns[SYSTALLY_P50];
}

uint64_t systally_group_p90_ns(const struct systally_group *group)
{
	return group->percentile_ns[SYSTALLY_P90];
}

uint64_t systally_group_p99_ns(const struct systally_group *group)
{
	return group->percentile_ns[SYSTALLY_P99];
}

uint64_t systally_group_p999_ns(const struct systally_group *group)
{
	return group->percentile_ns[SYSTALLY_P999];
}

uint64_t systally_group_avg_ns(const struct systally_group *group)
{
	return group->count ? group->total_ns / group->count : 0;
}
