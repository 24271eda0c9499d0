/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares what replicas measured with the untouched runs.
 */
#ifndef SYSTALLY_NEEDS_MEASURE_H
#define SYSTALLY_NEEDS_MEASURE_H

#include "needs/plan.h"

enum systally_metric {
	SYSTALLY_PERFORMANCE, /* what BENCH prints */
	SYSTALLY_DESCRIPTORS, /* the most that were open at a time */
	SYSTALLY_MEMORY,      /* the most that was resident, in KiB */
	SYSTALLY_METRICS,
};

struct systally_ratio {
	bool known;   /* both were measured, and the untouched is not 0 */
	bool outside; /* @value is further from 1 than the margin */
	double value; /* performance: above 1 is always better */
};

/* Returns `performance`, `descriptors` or `memory`. */
const char *systally_metric_name(enum systally_metric metric);

/*
 * Returns the median of the replicas that passed, or a negative number if it
 * was not measured: there was no BENCH, or a run had too few samples.
 */
double systally_measure(const struct systally_replicas *replicas,
			enum systally_metric metric);

/*
 * Returns the margin as a part of 1: smaller differences do not count. It is
 * --margin. Without that option, it is the spread that 9 of 10 groups of
 * untouched replicas do not exceed, but at least 0.05. A group of one replica
 * has no spread; its distance from the group before is used instead.
 */
double systally_measure_margin(const struct systally_plan *plan,
			       enum systally_metric metric);

/*
 * Returns the medians of the earlier and of the later half of all groups of
 * untouched replicas; they are negative if there are less than two groups.
 * Returns true if they differ by more than the margin: then the machine has
 * become slower or faster during the runs.
 */
bool systally_measure_drift(const struct systally_plan *plan,
			    enum systally_metric metric, double *earlier,
			    double *later);

/*
 * Returns the number of untouched runs, how many of them @passed, and the
 * outcome of the first one that @failed, or NULL.
 */
unsigned int systally_measure_untouched(const struct systally_plan *plan,
					unsigned int *passed,
					const struct systally_outcome **failed);

/*
 * Compares the median of @replicas with that of the untouched runs @beside
 * them. If these were not measured, it takes the untouched runs of the
 * beginning. Without --margin, the margin is at least the spread of both.
 */
struct systally_ratio
systally_measure_ratio(const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       const struct systally_replicas *beside,
		       enum systally_metric metric);

#endif /* SYSTALLY_NEEDS_MEASURE_H */
