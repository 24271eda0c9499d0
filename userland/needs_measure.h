/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What replicas measured, against the untouched runs.
 */
#ifndef SYSTALLY_NEEDS_MEASURE_H
#define SYSTALLY_NEEDS_MEASURE_H

#include "needs_plan.h"

enum systally_metric {
	SYSTALLY_PERFORMANCE,	/* what BENCH prints */
	SYSTALLY_DESCRIPTORS,	/* open at most */
	SYSTALLY_MEMORY,	/* resident at most, in KiB */
	SYSTALLY_METRICS,
};

struct systally_ratio {
	bool known;	/* it was measured, and is of something */
	bool outside;	/* further from 1 than the margin */
	double value;	/* of performance: more is better, in any case */
};

/* Returns `performance`, `descriptors` or `memory`. */
const char *systally_metric_name(enum systally_metric metric);

/*
 * Returns the median over all replicas, or a negative number if it was not
 * measured: there was no BENCH, or a run ended before its peaks were seen.
 */
double systally_measure(const struct systally_replicas *replicas,
			enum systally_metric metric);

/*
 * Returns up to which part of 1 a difference is none: --margin, or the spread
 * of the untouched replicas and 5% at least.
 */
double systally_measure_margin(const struct systally_plan *plan,
			       enum systally_metric metric);

/* Compares the medians of @replicas, which all passed, and the untouched. */
struct systally_ratio
systally_measure_ratio(const struct systally_plan *plan,
		       const struct systally_replicas *replicas,
		       enum systally_metric metric);

#endif /* SYSTALLY_NEEDS_MEASURE_H */
