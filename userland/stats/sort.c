// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of what rows can be sorted by.
 */
#include <string.h>

#include "stats/sort.h"

/* The aliases are those of strace's -S (strace 6.x, src/count.c). */
const struct systally_sort_key systally_sorts[SYSTALLY_SORTS] = {
	[SYSTALLY_SORT_COUNT] = {
		.word = "count", .aliases = " calls ", .share = "%calls",
		.compare = true, .value = systally_group_count,
	},
	[SYSTALLY_SORT_TIME] = {
		.word = "time",
		.aliases = " time-percent time-total total-time ",
		.share = "%time", .times = true, .compare = true,
		.value = systally_group_total_ns, .whole = systally_group_total_ns,
	},
	[SYSTALLY_SORT_AVG] = {
		.word = "avg", .aliases = " avg-time time-avg ",
		.share = "%calls", .times = true, .compare = true,
		.value = systally_group_avg_ns,
	},
	[SYSTALLY_SORT_MAX] = {
		.word = "max", .aliases = " max-time longest time-max ",
		.share = "%calls", .times = true, .value = systally_group_max_ns,
	},
	[SYSTALLY_SORT_ERRORS] = {
		.word = "errors", .aliases = " error ", .share = "%errors",
		.compare = true, .value = systally_group_errors, .whole = systally_group_errors,
	},
	[SYSTALLY_SORT_NAME] = {
		.word = "name", .aliases = " syscall syscall-name ",
		.share = "%calls", .compare = true,
	},
	[SYSTALLY_SORT_NOTHING] = {
		.word = "nothing", .aliases = " none ", .share = "%calls",
	},
	[SYSTALLY_SORT_P50] = {
		.word = "p50", .aliases = "", .share = "%calls",
		.percentiles = true, .value = systally_group_p50_ns,
	},
	[SYSTALLY_SORT_P90] = {
		.word = "p90", .aliases = "", .share = "%calls",
		.percentiles = true, .value = systally_group_p90_ns,
	},
	[SYSTALLY_SORT_P99] = {
		.word = "p99", .aliases = "", .share = "%calls",
		.percentiles = true, .value = systally_group_p99_ns,
	},
	[SYSTALLY_SORT_P999] = {
		.word = "p99.9", .aliases = "", .share = "%calls",
		.percentiles = true, .value = systally_group_p999_ns,
	},
};

/* Is @word one of @words, which are separated by blanks? */
static bool is_among(const char *words, const char *word)
{
	const size_t length = strlen(word);
	size_t next;

	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		next = strcspn(words, " ");
		if (next == length && !memcmp(words, word, length))
			return true;
		words += next;
	}
	return false;
}

int systally_sort_find(const char *word)
{
	int i;

	for (i = 0; i < SYSTALLY_SORTS; i++) {
		if (!strcmp(systally_sorts[i].word, word) ||
		    is_among(systally_sorts[i].aliases, word))
			return i;
	}
	return -1;
}
