/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A group: the sum of rows that have the same key. stats/dimension.h says
 * which members make the key; all others of it are zero.
 */
#ifndef SYSTALLY_GROUP_H
#define SYSTALLY_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/histogram.h"
#include "systally.h"

struct systally_group {
	uint64_t count;
	uint64_t errors;
	uint64_t total_ns;
	uint64_t max_ns;       /* of the rows of which it is known */
	uint64_t max_limit_ns; /* of the others: it is not longer */
	uint64_t percentile_ns[SYSTALLY_PERCENTILES];
	uint64_t hist_count; /* calls in its histogram; 0: has none */
	size_t hist_first;   /* its rows among the ranking's hist rows */
	size_t hist_rows;
	uint64_t rank_value;  /* what it is sorted by, the largest first */
	uint64_t comm_weight; /* the heaviest comm names a merged group */
	bool functions;	      /* has user functions */
	bool calls;	      /* has system calls, which can fail */
	/* the key, from here on to the end: see systally_group_clear() */
	uint64_t start_ns; /* tells apart processes that reuse a pid */
	uint32_t tgid;	   /* 0: exited processes folded by command */
	uint32_t tid;	   /* 0: not known */
	int32_t nr;
	uint16_t abi;
	uint16_t error;	    /* errno */
	uint16_t subsystem; /* enum systally_subsystem */
	/* Interned texts (base/intern.h); NULL: not known, or there is none */
	const char *cgroup;
	const char *unit;
	const char *container;
	const char *exe;
	uint32_t uid;
	uint32_t parent; /* tgid; 0: not known */
	uint32_t pid;	 /* tgid as this pid namespace has it; 0: none */
	char comm[SYSTALLY_COMM_LEN]; /* the rest of it is zero */
};

/* Adds counts, errors and times of @what to @to, and takes the longer max. */
void systally_group_add(struct systally_group *to,
			const struct systally_group *what);

/* Sets all but the key to zero. */
void systally_group_clear(struct systally_group *group);

/*
 * Return what was measured of a group; what was not is shown as unknown, not
 * as 0. Counts always are. Times are if some call has returned while they were
 * kept, and errors (systally_group_failing) if it was a system call. Percentiles
 * are if one is in a histogram, and the average if the group has calls, too. The
 * longest time of a difference is known unless it may be that of before.
 */
bool systally_group_counted(const struct systally_group *group);
bool systally_group_timed(const struct systally_group *group);
bool systally_group_failing(const struct systally_group *group);
bool systally_group_ranked(const struct systally_group *group);
bool systally_group_averaged(const struct systally_group *group);
bool systally_group_maximal(const struct systally_group *group);

/* Return one amount of a group, for tables of amounts; times are in ns. */
uint64_t systally_group_count(const struct systally_group *group);
uint64_t systally_group_errors(const struct systally_group *group);
uint64_t systally_group_total_ns(const struct systally_group *group);
uint64_t systally_group_max_ns(const struct systally_group *group);
uint64_t systally_group_p50_ns(const struct systally_group *group);
uint64_t systally_group_p90_ns(const struct systally_group *group);
uint64_t systally_group_p99_ns(const struct systally_group *group);
uint64_t systally_group_p999_ns(const struct systally_group *group);

/* Returns the average time of a call in ns, 0 for a group without calls. */
uint64_t systally_group_avg_ns(const struct systally_group *group);

#endif /* SYSTALLY_GROUP_H */
