// SPDX-License-Identifier: GPL-2.0-only
/*
 * What formats for programs have in common: the amounts of groups and changes,
 * with their keys.
 */
#include <stdio.h>
#include <string.h>

#include "render/view.h"

const struct systally_amount systally_amounts[SYSTALLY_AMOUNTS] = {
	{ "count", systally_group_count, systally_group_counted },
	{ "errors", systally_group_errors, systally_group_failing },
	{ "total_ns", systally_group_total_ns, systally_group_timed },
	{ "max_ns", systally_group_max_ns, systally_group_maximal },
	{ "p50_ns", systally_group_p50_ns, systally_group_ranked },
	{ "p90_ns", systally_group_p90_ns, systally_group_ranked },
	{ "p99_ns", systally_group_p99_ns, systally_group_ranked },
	{ "p999_ns", systally_group_p999_ns, systally_group_ranked },
};

unsigned int systally_amount_count(const struct systally_by *by)
{
	return systally_by_errors(by) ? 1 : SYSTALLY_AMOUNTS;
}

const struct systally_amount
	systally_change_amounts[SYSTALLY_CHANGE_AMOUNTS] = {
		{ "count", systally_group_count, systally_group_counted },
		{ "errors", systally_group_errors, systally_group_counted },
		{ "total_ns", systally_group_total_ns, systally_change_timed },
		{ "avg_ns", systally_group_avg_ns, systally_group_averaged },
	};

/* `count_a`, `total_ns_b`, `avg_ns_change`; a percentage has no unit */
const char *systally_change_key(char key[SYSTALLY_OF_LEN], unsigned int amount,
				enum systally_of of)
{
	static const char *const ofs[SYSTALLY_OFS] = {
		[SYSTALLY_OF_A] = "a",
		[SYSTALLY_OF_B] = "b",
		[SYSTALLY_OF_CHANGE] = "change",
		[SYSTALLY_OF_PERCENT] = "percent",
	};
	const char *name = systally_change_amounts[amount].key;
	size_t length = strlen(name);

	if (of == SYSTALLY_OF_PERCENT && length > 3 &&
	    !strcmp(name + length - 3, "_ns"))
		length -= 3;
	snprintf(key, SYSTALLY_OF_LEN, "%.*s_%s", (int)length, name, ofs[of]);
	return key;
}

bool systally_change_known(const struct systally_changes *changes,
			   const struct systally_change *change,
			   unsigned int amount, enum systally_of of)
{
	const struct systally_amount *row = &systally_change_amounts[amount];
	const bool a = row->known(&change->a), b = row->known(&change->b);

	if (amount && !changes->timed)
		return false;
	switch (of) {
	case SYSTALLY_OF_A:
		return a;
	case SYSTALLY_OF_B:
		return b;
	case SYSTALLY_OF_PERCENT:
		return a && b && row->value(&change->a);
	default:
		return a && b;
	}
}

const char *systally_change_kind(const struct systally_change *change)
{
	if (!change->a.count)
		return "added";
	return change->b.count ? "changed" : "gone";
}
